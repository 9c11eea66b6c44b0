#if (pulsar)
using Graceful.Service_1.Messaging;
#endif
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Graceful.Service_1.Observability;

public static class Telemetry
{
    /// <summary>
    /// Traces, metrics and logs for OpenTelemetry, sent when OTEL_EXPORTER_OTLP_ENDPOINT says where to. The providers are disposed
    /// after the drain, so the spans of the last requests are flushed too.
    /// </summary>
    public static void AddObservability(this WebApplicationBuilder builder)
    {
        builder.Services.AddHostedService(services => new ProvidersFirst(services.GetService<TracerProvider>(), services.GetService<MeterProvider>()));
        builder.Logging.AddOpenTelemetry(logging => logging.IncludeFormattedMessage = true);
        var telemetry = builder.Services.AddOpenTelemetry()
            // An instance of its own for every start, for a restarted container keeps its name and is process 1 again: two starts that
            // shared their series would hide each other's counters. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so they win.
            .ConfigureResource(resource => resource
                .AddService(builder.Environment.ApplicationName, serviceInstanceId: $"{Environment.MachineName}-{Guid.NewGuid():N}")
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
#if (pulsar)
                .AddMeter("DotPulsar", MessagingExtensions.MeterName)
#endif
                .AddMeter("Graceful.Shutdown"))
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName)
#if (pulsar)
                .AddSource("DotPulsar", MessagingExtensions.ActivitySourceName)
#endif
#if (grpc)
                .AddAspNetCoreInstrumentation(options => options.Filter = IsNoProbe)
#endif
#if (!grpc)
                .AddAspNetCoreInstrumentation()
#endif
                .AddHttpClientInstrumentation());
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) telemetry.UseOtlpExporter();
    }

#if (grpc)
    private static bool IsNoProbe(HttpContext context) => !context.Request.Path.StartsWithSegments("/grpc.health.v1.Health");

#endif
    /// <summary>
    /// Has the providers made before all that is started after it. The container disposes in reverse order, so what clients do when
    /// they are closed is still sent.
    /// </summary>
    private sealed record ProvidersFirst(TracerProvider? Traces, MeterProvider? Metrics) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
