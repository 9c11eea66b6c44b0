using Graceful.Service_1.Health;
using Graceful.Service_1.Shutdown;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Graceful.Service_1.Grpc;

internal static class GrpcHealth
{
    private const string Alive = "alive";

    /// <summary>The services that answer what <c>/ready</c> does.</summary>
    private static readonly string[] ReadyServices = ["", "readiness"];

    /// <summary><c>grpc.health.v1</c>: "" and "readiness" answer what <c>/ready</c> does, "liveness" what <c>/healthz</c> does.</summary>
    public static void AddGrpcHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpcHealthChecks(health =>
        {
            foreach (var name in ReadyServices) health.Services.Map(name, check => check.Tags.Contains(HealthEndpoints.Ready));
            health.Services.Map("liveness", check => check.Tags.Contains(Alive));
        }).AddCheck("process", () => HealthCheckResult.Healthy(), tags: [Alive]); // Without any check the answer would be UNKNOWN.
    }

    /// <summary>What Check answers from the signal on; null: as usual. Not by the checks, which log an error for each, also into Serilog and NLog.</summary>
    public static HealthCheckResponse? StoppingResponse(HealthCheckRequest request) =>
        ReadyServices.Contains(request.Service) ? new HealthCheckResponse { Status = ServingStatus.NotServing } : null;

    /// <remarks>
    /// Watch says NOT_SERVING at the signal and ends when the application stops. Other changes reach it with the health checks' publisher,
    /// every 30 s.
    /// </remarks>
    public static void MapGrpcHealth(this WebApplication app)
    {
        app.MapGrpcHealthChecksService().WithMetadata(EndsOnDrainAttribute.ByItself).DisableHttpMetrics(); // A probe is no request.
        var statuses = app.Services.GetRequiredService<HealthServiceImpl>();
        app.Services.GetRequiredService<ShutdownPhases>().StopRequested.Register(() =>
        {
            foreach (var name in ReadyServices) statuses.SetStatus(name, ServingStatus.NotServing);
        });
    }
}
