using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DotPulsar.Internal;

/// <summary>The sources and names a worker's telemetry subscribes to.</summary>
internal static class Telemetry
{
    private const string Name = "DotPulsar";

    private static readonly string Version = typeof(Telemetry).Assembly.GetName().Version!.ToString(3);
    private static readonly ActivitySource Activities = new(Name, Version);
    private static readonly Meter Meter = new(Name, Version);
    private static readonly Histogram<double> SendDuration =
        Meter.CreateHistogram<double>("dotpulsar.producer.send.duration", "ms", "Measures the duration for sending a message");

    public static OpenCount Clients { get; } = new("client");

    public static OpenCount Connections { get; } = new("connection");

    public static OpenCount Consumers { get; } = new("consumer");

    public static OpenCount Producers { get; } = new("producer");

    public static Activity? StartSend(string topic, Uri serviceUrl) => Activities.StartActivity(ActivityKind.Producer, name: $"{topic} send", tags:
    [
        new("messaging.destination", topic),
        new("messaging.destination_kind", "topic"),
        new("messaging.system", "pulsar"),
        new("messaging.url", serviceUrl),
    ]);

    public static void Sent(Activity? activity, long started, string topic, MessageId id, long bytes)
    {
        SendDuration.Record(Stopwatch.GetElapsedTime(started).TotalMilliseconds, new KeyValuePair<string, object?>("topic", topic));
        activity?.SetTag("messaging.message_id", id.ToString());
        activity?.SetTag("messaging.message_payload_size_bytes", bytes);
        activity?.SetStatus(ActivityStatusCode.Ok);
    }

    /// <summary>How many there are at the moment.</summary>
    internal sealed class OpenCount
    {
        private int _count;

        public OpenCount(string what) =>
            Meter.CreateObservableGauge($"dotpulsar.{what}.count", () => Volatile.Read(ref _count), $"{{{what}s}}", $"Number of {what}s");

        public void Opened() => Interlocked.Increment(ref _count);

        public void Closed() => Interlocked.Decrement(ref _count);
    }
}
