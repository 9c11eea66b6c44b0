using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Spans and metrics of messages, by OpenTelemetry's semantic conventions.</summary>
public sealed class WorkerTelemetryTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    [Theory]
    [OnBrokers]
    public async Task Every_attempt_at_a_message_is_a_span_and_in_the_metrics(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var receiver = await OtlpReceiver.StartAsync();
        await PublishAsync("fail-once", 0);
        await PublishAsync("good", 0.1);
        await using var worker = await StartReadyAsync(Consumer(settings: [.. receiver.Settings, ("Pulsar:RetrySeconds", "0.1")]));
        await UntilNoBacklogAsync();

        worker.Send(Signal.Terminate);

        (await worker.EndAsync()).Is(0, "drained").SaidSo();
        var topic = $"persistent://public/default/{Topic}";
        var spans = receiver.Spans($"process {topic}");
        Assert.Equal(3, spans.Count);
        Assert.All(spans, span => Assert.Equal(("pulsar", "process", "process", topic, Subscription),
            (span["messaging.system"], span["messaging.operation.name"], span["messaging.operation.type"], span["messaging.destination.name"],
            span["messaging.destination.subscription.name"])));
        Assert.Equal("System.InvalidOperationException", Assert.Single(spans, span => span.ContainsKey("error.type"))["error.type"]);

        var durations = receiver.Exports("messaging.process.duration")[^1];
        Assert.Equal([("", 2), ("System.InvalidOperationException", 1)],
            durations.Select(point => (point.Attributes.GetValueOrDefault("error.type", ""), (int)point.Count)).Order());
        Assert.All(durations, point => Assert.Equal(0.005, point.Bounds[0]));
        var consumed = Assert.Single(receiver.Exports("messaging.client.consumed.messages")[^1]);
        Assert.Equal((3, topic, Subscription), (consumed.Value, consumed.Attributes["messaging.destination.name"], consumed.Attributes["messaging.destination.subscription.name"]));
        Assert.Equal(0, Assert.Single(receiver.Exports("graceful.messaging.retries.waiting")[^1]).Value);
        Assert.Equal(1000, Assert.Single(receiver.Exports("graceful.messaging.retries.limit")[^1]).Value);
    }
}
