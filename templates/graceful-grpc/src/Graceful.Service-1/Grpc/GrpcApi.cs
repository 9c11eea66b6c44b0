using Graceful.Service_1.Health;

namespace Graceful.Service_1.Grpc;

public static class GrpcApi
{
    private const string PortOfContainerImages = "8080";

    /// <summary>gRPC, its health service and, in Development, reflection. Where it listens says <c>Kestrel:Endpoints</c>.</summary>
    public static void AddGrpcApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc(options => options.Interceptors.Add<ShutdownInterceptor>());
        builder.AddGrpcHealth();
        builder.Services.AddHealthChecks().AddWarmUp<GrpcWarmUp>("grpc");
        builder.Services.AddGrpcReflection();

        // The container images set ASPNETCORE_HTTP_PORTS=8080, and Kestrel would warn at every start that our end points override
        // it. Any other value is somebody's wish, and deserves the warning.
        if (builder.Configuration[WebHostDefaults.HttpPortsKey] == PortOfContainerImages)
            builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "");
    }

    public static void MapGrpcApi(this WebApplication app)
    {
        var services = app.MapGroup("").EndStreamsOnDrain();
        services.MapGrpcService<JobsService>();
        app.MapGrpcHealth();
        if (app.Environment.IsDevelopment()) services.MapGrpcReflectionService(); // For grpcurl, Postman and the like.
    }
}
