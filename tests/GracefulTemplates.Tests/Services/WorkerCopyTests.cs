using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Messages that come again because the broker has not read their acknowledgement.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerCopyTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int Lost = 302, Found = 300, Copy = 311, Handlers = 16;

    [Theory]
    [OnBrokers("Shared", 1)]
    [OnBrokers("Shared", 10)]
    [OnBrokers("KeyShared", 1)]
    [OnBrokers("Failover", 1)]
    public async Task An_unload_repeats_nothing_and_is_said(BrokerKind kind, string type, int batchSize)
    {
        var count = type == "Failover" ? 300 : 1_200;
        await UseAsync(kind);
        await Used.PublishAsync(Messages(count, seconds: type == "Failover" ? 0.02 : 0.1, batchSize, keys: 20));
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", type)));
        await Journal.UntilAsync("end", count: count / 3);

        await Used.UnloadAsync(Topic);

        await UntilNoBacklogAsync();
        Tally(count).NoneLost().NoneTwice();
        Assert.Equal((1, 2), (worker.Log.Of(Lost).Count, worker.Log.Of(Found).Count));
        await AssertStopsAsync(worker);
    }

    // The client has fetched ahead, and the worker goes on with that. What it acknowledges meanwhile, the broker does not learn.
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task What_is_handled_while_the_topic_is_away_is_not_handled_twice(int batchSize)
    {
        await Broker.PublishAsync(Messages(1_000, seconds: 0.05, batchSize));
        await using var worker = await StartReadyAsync(Consumer());
        await Journal.UntilAsync("end", count: 200);

        await Broker.SetFaultsAsync(new Faults { Subscribe = ServerError.ServiceNotReady });
        var handled = Journal.Lines.Count(line => line.What == "end");
        await Broker.UnloadAsync(Topic);
        await worker.Log.UntilAsync(Lost);
        await Journal.UntilAsync("end", count: handled + 100); // It has 100 to 200 in hand.
        await Broker.SetFaultsAsync(new Faults());

        await UntilNoBacklogAsync();
        Tally(1_000).NoneLost().NoneTwice();
        Assert.NotEmpty(worker.Log.Of(Copy));
        await AssertStopsAsync(worker);
    }

    // A broker that goes away may forget the last acknowledgements that it had read. Not all of them can be told from outside: Apache
    // Pulsar has been seen to repeat none, and 14 of the 16 messages that were at work.
    [Theory]
    [OnBrokers(Own = true)]
    public async Task A_broker_that_is_rolled_repeats_at_most_what_was_at_work_and_is_said(BrokerKind kind)
    {
        await UseAsync(BrokerKind.Test);
        await using var own = kind == BrokerKind.Apache ? await ApachePulsar.StartAsync(Repository.Root) : null;
        var broker = own ?? Used;
        await broker.PublishAsync(Messages(1_200, seconds: 0.1));
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:ServiceUrl", $"{broker.ServiceUrl}")));
        await Journal.UntilAsync("end", count: 300);

        await broker.RestartAsync();

        await Journal.UntilAsync("all", lines => lines.Where(line => line.What == "end").DistinctBy(line => line.Name).Count() == 1_200);
        Assert.InRange(Tally(1_200).NoneLost().HandledTwice.Count, 0, Handlers);
        var losses = worker.Log.Of(Lost).Count;
        Assert.InRange(losses, 1, 2); // A broker that takes its time to stop has been seen to give the topic to the worker once more.
        Assert.Equal(losses + 1, worker.Log.Of(Found).Count);
        await AssertStopsAsync(worker);
    }
}
