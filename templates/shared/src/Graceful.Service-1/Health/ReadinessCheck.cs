using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Service_1.Health;

/// <summary>Ready from the end of the start until the request to stop.</summary>
internal sealed class ReadinessCheck(ShutdownPhases phases, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            phases.Requested.IsCancellationRequested ? HealthCheckResult.Unhealthy("draining") :
            lifetime.ApplicationStarted.IsCancellationRequested ? HealthCheckResult.Healthy() :
            HealthCheckResult.Unhealthy("starting"));
}
