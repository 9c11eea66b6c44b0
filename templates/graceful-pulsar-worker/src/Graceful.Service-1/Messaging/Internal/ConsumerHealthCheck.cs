using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Ready while every consumer is connected, as the active one or as a standby. A broker that is away never affects liveness.</summary>
internal sealed class ConsumerHealthCheck(ConsumerStates states, IOptions<PulsarOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        states.Problem is not { } problem ? HealthCheckResult.Healthy() :
        options.Value.NeededToBeReady ? HealthCheckResult.Unhealthy(problem) :
        HealthCheckResult.Degraded(problem));
}
