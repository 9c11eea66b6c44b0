using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Google.Protobuf;
using GracefulTemplates.Tests.Services.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GracefulTemplates.Tests.Services;

/// <summary>An endpoint for OpenTelemetry over HTTP, which keeps the spans and metrics that it gets.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly ConcurrentQueue<ResourceMetrics> _metrics = new();

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    /// <summary>How a service sends to it: only when it has to, for a flush to show.</summary>
    public (string Key, string Value)[] Settings => SettingsOf(TimeSpan.FromMinutes(10));

    /// <summary>How a service sends its metrics to it that often.</summary>
    public (string Key, string Value)[] SettingsOf(TimeSpan interval) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", _app.Urls.Single()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
        ("OTEL_METRIC_EXPORT_INTERVAL", interval.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)),
    ];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public bool HasSpan(string name) => _spans.Any(span => span.Name == name);

    /// <summary>The paths of all requests that have a span.</summary>
    public IReadOnlyList<string> PathsOfSpans => [.. _spans.Select(span => Texts(span.Attributes)).Where(span => span.ContainsKey("url.path")).Select(span => span["url.path"])];

    /// <summary>The attributes of the spans with this name.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Spans(string name) => [.. _spans.Where(span => span.Name == name).Select(span => Texts(span.Attributes))];

    /// <summary>The service instances that have sent metrics.</summary>
    public IReadOnlyList<string> Instances => [.. _metrics.Select(metrics => Texts(metrics.Resource.Attributes)["service.instance.id"]).Distinct()];

    /// <summary>The exports of a metric, oldest first: of each its points.</summary>
    public IReadOnlyList<IReadOnlyList<MetricPoint>> Exports(string name) =>
        [.. _metrics.SelectMany(metrics => metrics.ScopeMetrics).SelectMany(scope => scope.Metrics).Where(metric => metric.Name == name).Select(Points)];

    /// <summary>Waits for one more export of metrics that was made from now on.</summary>
    public async Task UntilExportAsync()
    {
        using var patience = new CancellationTokenSource(ServiceProcess.Patience);
        var before = _metrics.Count;
        while (_metrics.Count < before + 2) // The first may have been on its way.
            await Task.Delay(20, patience.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IReadOnlyList<MetricPoint> Points(Metric metric) =>
    [
        .. (metric.Sum ?? metric.Gauge)?.DataPoints.Select(point => new MetricPoint(Texts(point.Attributes), point.AsInt + point.AsDouble, 0, [])) ?? [],
        .. metric.Histogram?.DataPoints.Select(point => new MetricPoint(Texts(point.Attributes), point.Sum, (long)point.Count, [.. point.ExplicitBounds])) ?? [],
    ];

    private static IReadOnlyDictionary<string, string> Texts(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.HasIntValue ? $"{attribute.Value.IntValue}" : attribute.Value.StringValue);

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        body.Position = 0;
        if (context.Request.Path == "/v1/traces")
            foreach (var span in TracesRequest.Parser.ParseFrom(body).ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans))
                _spans.Enqueue(span);
        else if (context.Request.Path == "/v1/metrics")
            foreach (var metrics in MetricsRequest.Parser.ParseFrom(body).ResourceMetrics)
                _metrics.Enqueue(metrics);
    }
}

/// <param name="Value">Of a histogram the sum.</param>
internal sealed record MetricPoint(IReadOnlyDictionary<string, string> Attributes, double Value, long Count, double[] Bounds);
