using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Health;

/// <summary>
/// Wraps every check that <c>/ready</c> asks, also those that the application adds. From the signal on nobody is asked any more, not
/// even waited for. A change is one log entry, and the body of a probe never shows the message of an exception.
/// </summary>
internal sealed partial class ObservedHealthChecks(ShutdownPhases phases, ILogger<ObservedHealthChecks> logger)
    : IPostConfigureOptions<HealthCheckServiceOptions>
{
    public void PostConfigure(string? name, HealthCheckServiceOptions options)
    {
        foreach (var registration in options.Registrations.Where(registration => registration.Tags.Contains(HealthEndpoints.Ready)))
        {
            var create = registration.Factory;
            var last = new LastResult();
            registration.Factory = services => new ObservedHealthCheck(() => create(services), last, phases, logger);
        }
    }

    private sealed class LastResult
    {
        public (HealthStatus Status, Type? Exception) Value = (HealthStatus.Healthy, null);
    }

    private sealed class ObservedHealthCheck(Func<IHealthCheck> create, LastResult last, ShutdownPhases phases, ILogger logger) : IHealthCheck
    {
        private static readonly HealthCheckResult Draining = HealthCheckResult.Unhealthy("draining");

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (phases.StopRequested.IsCancellationRequested) return Draining;
            try
            {
                // Its constructor may throw or block too: it often connects.
                var asked = Task.Run(() => create().CheckHealthAsync(context, cancellationToken), CancellationToken.None);
                var result = await asked.WaitAsync(phases.StopRequested);
                Observe(context, result);
                return result;
            }
            catch (OperationCanceledException) when (phases.StopRequested.IsCancellationRequested)
            {
                return Draining;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                var result = new HealthCheckResult(context.Registration.FailureStatus, e.GetType().Name, e);
                Observe(context, result);
                return result;
            }
        }

        // Not by its description, which may hold a figure that is another one every time. The start has entries of its own.
        private void Observe(HealthCheckContext context, HealthCheckResult result)
        {
            if (context.Registration.Tags.Contains(HealthEndpoints.Started)) return;
            lock (last)
            {
                if (last.Value == (result.Status, result.Exception?.GetType())) return;
                last.Value = (result.Status, result.Exception?.GetType());
            }
            LogChange(logger, result.Status == HealthStatus.Healthy ? LogLevel.Information : LogLevel.Warning,
                context.Registration.Name, result.Status, result.Description, result.Exception);
        }
    }

    [LoggerMessage(EventId = 200, EventName = "ReadinessChanged", Message = "Readiness check {Check} is {Status}: {Description}")]
    private static partial void LogChange(ILogger logger, LogLevel level, string check, HealthStatus status, string? description,
        Exception? exception);
}
