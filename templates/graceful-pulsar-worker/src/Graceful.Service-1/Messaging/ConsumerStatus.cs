using DotPulsar;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Service_1.Messaging;

/// <summary>Ready while the consumer is connected, be it as the active one or as a standby. A broker that is away never affects liveness.</summary>
internal sealed class ConsumerStatus : IHealthCheck
{
    private volatile object _state = ConsumerState.Disconnected;

    public ConsumerState State
    {
        get => (ConsumerState)_state;
        set => _state = value;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(State is ConsumerState.Active or ConsumerState.Inactive
            ? HealthCheckResult.Healthy(State.ToString())
            : HealthCheckResult.Unhealthy($"the consumer is {State}"));
}
