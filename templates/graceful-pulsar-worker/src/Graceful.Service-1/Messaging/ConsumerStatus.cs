using DotPulsar;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging;

/// <summary>Ready while the consumer is connected, be it as the active one or as a standby. A broker that is away never affects liveness.</summary>
internal sealed class ConsumerStatus(IOptions<PulsarOptions> options) : IHealthCheck
{
    private volatile ConsumerState _state = ConsumerState.Disconnected;

    public ConsumerState State { get => _state; set => _state = value; }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = State;
        return Task.FromResult(
            state is ConsumerState.Active or ConsumerState.Inactive ? HealthCheckResult.Healthy() :
            options.Value.NeededToBeReady ? HealthCheckResult.Unhealthy($"the consumer is {state}") :
            HealthCheckResult.Degraded($"the consumer is {state}"));
    }
}
