using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Service_1.Health;

public static class HealthEndpoints
{
    /// <summary>The tag of the checks that <c>/ready</c> asks.</summary>
    public const string Ready = "ready";

    public static IHealthChecksBuilder AddHealth(this WebApplicationBuilder builder) =>
        builder.Services.AddHealthChecks().AddCheck<ReadinessCheck>("service", tags: [Ready]);

    public static void MapHealth(this WebApplication app)
    {
        // Alive as long as the process answers. A check of a dependency would have every pod restarted when that is down.
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(Ready),
            ResponseWriter = WriteAsync,
        });
    }

    // A line for each check that is not healthy: what "kubectl describe pod" shows of a failed probe.
    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var reasons = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy)
            .Select(entry => $"{entry.Key}: {entry.Value.Description ?? entry.Value.Exception?.GetType().Name}");
        return context.Response.WriteAsync(string.Join('\n', reasons.Prepend(report.Status.ToString())));
    }
}
