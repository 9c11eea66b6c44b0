using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The meter <c>Graceful.Messaging</c>.</summary>
/// <remarks>
/// <c>messaging.*</c> is as in the semantic conventions for messaging (1.45, in development), with their buckets; the retries are ours.
/// </remarks>
internal sealed class MessagingMetrics
{
    private static readonly InstrumentAdvice<double> ProcessSeconds =
        new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    private readonly PulsarOptions _options;
    private readonly Counter<long> _consumed;
    private readonly Histogram<double> _processDuration;

    public MessagingMetrics(IMeterFactory meters, RetryPlaces retries, IOptions<PulsarOptions> options)
    {
        _options = options.Value;
        var meter = meters.Create(MessagingExtensions.MeterName);
        _consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages delivered to this consumer.");
        _processDuration = meter.CreateHistogram("messaging.process.duration", "s", "Attempts to handle a message.", null, ProcessSeconds);
        meter.CreateObservableUpDownCounter("graceful.messaging.retries.waiting", () => retries.Taken, "{message}", "Failed messages that wait for their retry.");
        meter.CreateObservableGauge("graceful.messaging.retries.limit", () => _options.MaxWaitingRetries, "{message}",
            "So many may wait; with more no message is taken until one is due.");
    }

    public void Consumed() => _consumed.Add(1, Tags("receive"));

    public void Processed(TimeSpan duration, Exception? failure)
    {
        var tags = Tags("process");
        if (failure is not null) tags.Add("error.type", failure.GetType().FullName);
        _processDuration.Record(duration.TotalSeconds, tags);
    }

    private TagList Tags(string operation) =>
    [
        new("messaging.system", "pulsar"),
        new("messaging.operation.name", operation),
        new("messaging.destination.name", _options.Topic),
        new("messaging.destination.subscription.name", _options.Subscription),
    ];
}
