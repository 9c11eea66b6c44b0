using System.Diagnostics;
using System.Net;
using Graceful.Service_1.Shutdown;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Health;

public static class HealthEndpoints
{
    /// <summary>The tag of the checks that <c>/ready</c> asks.</summary>
    public const string Ready = "ready";

    /// <summary>The tag of the checks that <c>/started</c> asks.</summary>
    public const string Started = "started";

    private const string LogCategory = "Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService";

    private static readonly PathString AlivePath = "/healthz", StartedPath = "/started", ReadyPath = "/ready";

    /// <summary>Answers <c>/healthz</c>, <c>/started</c> and <c>/ready</c> in front of everything else. May be called again to add checks.</summary>
    /// <exception cref="InvalidOperationException">AddGracefulShutdown was not called before.</exception>
    public static IHealthChecksBuilder AddHealth(this WebApplicationBuilder builder)
    {
        if (!builder.Services.Any(service => service.ServiceType == typeof(ShutdownPhases)))
            throw new InvalidOperationException("Call AddGracefulShutdown before AddHealth: probes come in front of its bookkeeping.");
        if (builder.Services.Any(service => service.ServiceType == typeof(WarmUps))) return builder.Services.AddHealthChecks();
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, Probes>()); // The first filter is the outermost.
        builder.Services.AddSingleton<IPostConfigureOptions<HealthCheckServiceOptions>, ObservedHealthChecks>();
        builder.Services.AddSingleton<WarmUps>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WarmUps>());
        builder.Services.AddSingleton<OwnEndpoints>();
        builder.Services.AddHostedService<HiddenEndpoints>();
        if (builder.Configuration["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] is null)
        {
            // The framework logs an error whenever its checks say no: in the delay one for each probe of an endpoint of the application's own.
            var signals = (ShutdownSignals)builder.Services.First(service => service.ServiceType == typeof(ShutdownSignals)).ImplementationInstance!;
            builder.Logging.AddFilter(LogCategory, level => level >= LogLevel.Information && !signals.StopRequested.IsCancellationRequested);
        }
        return builder.Services.AddHealthChecks().AddCheck<ReadinessCheck>("service", tags: [Started, Ready]);
    }

    internal static bool IsProbe(PathString path) => path == AlivePath || path == StartedPath || path == ReadyPath;

    /// <summary>
    /// Probes are no requests: no authorization, cache, rate limit, redirection or host filter of the application applies to them, and
    /// they are in no traces and no metrics of latency. Nor are the requests of a warm-up, which are slow so that no other is.
    /// </summary>
    private sealed class Probes(ShutdownPhases phases, WarmUps warmUps) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, answer) =>
            {
                if (!phases.HasBeenReady && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address))
                    KeepOutOfTelemetry(context);
                return answer(context);
            });
            app.MapWhen(context => IsProbe(context.Request.Path), probes =>
            {
                probes.Use((context, answer) =>
                {
                    KeepOutOfTelemetry(context); // One each second: 86,400 spans a day.
                    // A poller that keeps its connection is asked to leave too; see ShutdownMiddleware.
                    if (phases.StopRequested.IsCancellationRequested && HttpProtocol.IsHttp11(context.Request.Protocol))
                        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
                    return answer(context);
                });
                // Alive as long as the process answers. A check of a dependency would have every pod restarted when that is down.
                probes.UseHealthChecks(AlivePath, new HealthCheckOptions { Predicate = _ => false });
                // Not by the checks: they log an error for every 503, and filters do not keep that out of Serilog and NLog.
                probes.Use((context, answer) => RefusedAs(context.Request.Path) is { } reason ? RefuseAsync(context, reason) : answer(context));
                // Of the start alone: a dependency that is down must not have a pod started again and again.
                probes.UseHealthChecks(StartedPath, Asking(Started));
                probes.UseHealthChecks(ReadyPath, Asking(Ready));
            });
            next(app);
        };

        private static void KeepOutOfTelemetry(HttpContext context)
        {
            context.Features.Get<IHttpMetricsTagsFeature>()?.MetricsDisabled = true;
            context.Features.Get<IHttpActivityFeature>()?.Activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        // Before the start is done /ready has its checks asked all the same: one of them may say why it takes so long.
        private string? RefusedAs(PathString path) =>
            phases.StopRequested.IsCancellationRequested ? "draining" : path == StartedPath ? warmUps.Missing : null;

        private static Task RefuseAsync(HttpContext context, string reason)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "text/plain";
            context.Response.Headers.CacheControl = "no-store, no-cache";
            return context.Response.WriteAsync($"Unhealthy\nservice: {reason}");
        }

        private static HealthCheckOptions Asking(string tag) => new() { Predicate = check => check.Tags.Contains(tag), ResponseWriter = WriteAsync };

        // A line for each check that is not healthy: what "kubectl describe pod" shows of a failed probe.
        private static Task WriteAsync(HttpContext context, HealthReport report)
        {
            var reasons = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy)
                .Select(entry => $"{entry.Key}: {entry.Value.Description}");
            return context.Response.WriteAsync(string.Join('\n', reasons.Prepend(report.Status.ToString())));
        }
    }
}
