using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Service_1.Health;

/// <summary>Ready from the end of the start and of the warm-ups on. <see cref="ObservedHealthChecks"/> says when it is over.</summary>
internal sealed class ReadinessCheck(WarmUps warmUps) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(warmUps.Missing is { } missing ? HealthCheckResult.Unhealthy(missing) : HealthCheckResult.Healthy());
}
