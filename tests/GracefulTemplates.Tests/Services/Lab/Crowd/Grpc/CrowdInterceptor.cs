using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;

[assembly: HostingStartup(typeof(Graceful.Service_1.Jobs.CrowdInterceptorStartup))]

namespace Graceful.Service_1.Jobs;

/// <summary>Adds the interceptor that many services have, in front of the generated one or behind it; or JSON.</summary>
internal sealed class CrowdInterceptorStartup : IHostingStartup
{
    public void Configure(IWebHostBuilder builder)
    {
        var parts = (Environment.GetEnvironmentVariable("Lab__Parts") ?? "").Split(',');
        builder.ConfigureServices(services =>
        {
            if (parts.Contains("map-exceptions-in-front")) services.Configure<GrpcServiceOptions>(options => options.Interceptors.Add<CrowdInterceptor>());
            if (parts.Contains("map-exceptions-behind")) services.PostConfigure<GrpcServiceOptions>(options => options.Interceptors.Add<CrowdInterceptor>());
            if (parts.Contains("json")) services.AddGrpc().AddJsonTranscoding();
        });
    }
}

/// <summary>Makes a status of every exception that is none, and looks at what is written.</summary>
internal sealed class CrowdInterceptor : Interceptor
{
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        await MapAsync(async () =>
        {
            await continuation(request, new PlainWriter<TResponse>(responseStream), context);
            return 0;
        });

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        MapAsync(() => continuation(requestStream, context));

    private static async Task<T> MapAsync<T>(Func<Task<T>> handler)
    {
        try
        {
            return await handler();
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, "mapped"));
        }
    }

    /// <summary>Only what the interface demands: its own WriteAsync with a token refuses every token that can fire.</summary>
    private sealed class PlainWriter<T>(IServerStreamWriter<T> inner) : IServerStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get => inner.WriteOptions; set => inner.WriteOptions = value; }

        public Task WriteAsync(T message) => inner.WriteAsync(message);
    }
}
