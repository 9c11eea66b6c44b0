using Graceful.Service_1.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Service_1.Grpc;

internal static class GrpcHealth
{
    private const string Alive = "alive";

    /// <summary><c>grpc.health.v1</c>: "" and "readiness" answer what <c>/ready</c> does, "liveness" what <c>/healthz</c> does.</summary>
    /// <remarks>
    /// Watch says NOT_SERVING at the signal and ends. Other changes reach it with the health checks' publisher, every 30 s.
    /// </remarks>
    public static void AddGrpcHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpcHealthChecks(health =>
        {
            health.Services.Map("", check => check.Tags.Contains(HealthEndpoints.Ready));
            health.Services.Map("readiness", check => check.Tags.Contains(HealthEndpoints.Ready));
            health.Services.Map("liveness", check => check.Tags.Contains(Alive));
        }).AddCheck("process", () => HealthCheckResult.Healthy(), tags: [Alive]); // Without any check the answer would be UNKNOWN.
    }
}
