using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Batches, of which the broker knows only whole ones, at a stop.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerBatchTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private static readonly (string, string)[] LateRetries = [("Pulsar:RetrySeconds", "30"), ("Pulsar:MaxRedeliveries", "3")];

    // The retry is due in half a minute. It is made at once, or all that was handled of the batch would be handled again.
    [Theory]
    [OnBrokers("Shared", "fail-once/x")]
    [OnBrokers("Shared", "fail-always/x")]
    [OnBrokers("KeyShared", "fail-once/x")]
    [OnBrokers("Failover", "fail-once/x")]
    [OnBrokers("Failover", "fail-always/x")]
    [OnBrokers("Exclusive", "fail-once/x")]
    public async Task A_retry_in_a_batch_that_was_begun_is_made_before_the_end(BrokerKind kind, string type, string failing)
    {
        await UseAsync(kind);
        (string, string)[] settings = [.. LateRetries, ("Pulsar:SubscriptionType", type)];
        await Used.PublishAsync(new()
        {
            Topic = Topic, BatchSize = 6, Messages = [.. Enumerable.Range(0, 3).Select(n => Message($"m-{n}")), Message(failing), Message("m-3"), Message("m-4")],
        });
        await using (var first = await StartReadyAsync(Consumer(settings: settings)))
        {
            await first.Log.UntilAsync("the retry waits", entry => entry.Says("the next one is in"));

            first.Send(Signal.Terminate);

            (await first.EndAsync()).Is(0, "drained").SaidSo().Within(1);
        }
        Tally(5).NoneLost().NoneTwice();
        await UntilNoBacklogAsync();
        Assert.Equal(failing == "fail-always/x" ? 1 : 0, (await Used.MessagesAsync(DeadLetterTopic)).Count);
        Assert.Equal(failing == "fail-always/x" ? 0 : 1, Journal.Of("end", failing).Count);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_brought_to_its_end_is_no_clean_stop()
    {
        await Broker.SetFaultsAsync(new() { Producers = new Dictionary<string, PulsarBroker.Protocol.ServerError> { [DeadLetterTopic] = PulsarBroker.Protocol.ServerError.ServiceNotReady } });
        await Broker.PublishAsync(new() { Topic = Topic, BatchSize = 3, Messages = [Message("m-0"), Message("m-1"), new() { Payload = "no job" }] });
        await using var worker = await StartReadyAsync(Consumer(drain: 2, settings: LateRetries));
        await worker.Log.UntilAsync("the dead letter topic is away", entry => entry.EventId == 321);

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).Is(2, "aborted").SaidSo().Within(2 + 1.5);
        Assert.Single(ending.Aborted);
        Assert.Equal((1, 1), (ending.Messages("received"), ending.Messages("aborted")));
    }

    // What is fetched ahead is left to others: a stop does not wait for it.
    [Theory]
    [OnBrokers(1)]
    [OnBrokers(20)]
    public async Task A_backlog_does_not_hold_up_the_stop(BrokerKind kind, int batchSize)
    {
        const int Count = 2_500;
        await UseAsync(kind);
        await Used.PublishAsync(Messages(Count, seconds: 0.1, batchSize));
        await using (var first = await StartReadyAsync(Consumer(drain: 22)))
        {
            await Journal.UntilAsync("end", count: 300);
            first.Send(Signal.Terminate);
            var ending = (await first.EndAsync()).Is(0, "drained").SaidSo().Within((batchSize > 1 ? 0.1 * 3 : 0.1) + 0.5);
            Output.WriteLine($"batches of {batchSize}: {ending.AfterSignal.TotalMilliseconds:0} ms");
        }
        await using var second = await StartReadyAsync(Consumer());
        await UntilNoBacklogAsync();
        Tally(Count).NoneLost().NoneTwice();
    }

    private static PublishedMessage Message(string name) => new() { Payload = Job(name, 0.01), Key = "key" };
}
