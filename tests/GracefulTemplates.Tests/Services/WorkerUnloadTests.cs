using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Consumers that the broker has closed, by themselves and many at once, known to the client or not.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerUnloadTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    // A broker that is restarted unloads all partitions of a bundle at once.
    [Theory]
    [OnBrokers("Shared")]
    [OnBrokers("Failover")]
    public async Task Partitions_that_are_unloaded_together_are_all_consumed_again(BrokerKind kind, string type)
    {
        const int Rounds = 10, PerRound = 80;
        await UseAsync(kind);
        await Used.PartitionAsync(Topic, 8);
        await Used.PublishAsync(Messages(PerRound, seconds: 0.01));
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", type)));
        for (var round = 1; round < Rounds; round++)
        {
            await Used.UnloadAsync(Topic);
            await Used.PublishAsync(Messages(PerRound, seconds: 0.01) with { From = round * PerRound });
            await UntilNoBacklogAsync();
        }

        Tally(Rounds * PerRound).NoneLost().NoneTwice();
        await AssertStopsAsync(worker);
    }

    // What was handled and acknowledged while the topic was away, the broker does not know: the next worker must not get it.
    [Theory]
    [OnBrokers("Shared", 1)]
    [OnBrokers("Shared", 10)]
    [OnBrokers("KeyShared", 1)]
    [OnBrokers("Failover", 1)]
    public async Task A_stop_in_the_middle_of_an_unload_repeats_nothing(BrokerKind kind, string type, int batchSize)
    {
        await UseAsync(kind);
        await StopInTheMiddleAsync(() => Used.UnloadAsync(Topic), type, batchSize);
    }

    [Theory]
    [InlineData("Shared", 1)]
    [InlineData("Shared", 10)]
    [InlineData("Failover", 1)]
    public Task A_stop_right_after_a_lost_connection_repeats_nothing(string type, int batchSize) =>
        StopInTheMiddleAsync(Broker.DropConnectionsAsync, type, batchSize);

    private async Task StopInTheMiddleAsync(Func<Task> disturbAsync, string type, int batchSize)
    {
        const int Count = 400, Lost = 302;
        await Used.PublishAsync(Messages(Count, seconds: type == "Failover" ? 0.02 : 0.1, batchSize, keys: 40));
        var consumer = Consumer(settings: ("Pulsar:SubscriptionType", type));
        await using (var worker = await StartReadyAsync(consumer))
        {
            await Journal.UntilAsync("end", count: 50);
            await disturbAsync();
            await worker.Log.UntilAsync(Lost);
            worker.Send(Signal.Terminate);
            (await worker.EndAsync()).Is(0, "drained").SaidSo();
        }

        await using var next = await StartReadyAsync(consumer);
        await UntilNoBacklogAsync();
        Tally(Count).NoneLost().NoneTwice();
    }

    // Whatever made the two of a different mind: the client takes the consumer for active.
    [Theory]
    [InlineData("Shared", 0)]
    [InlineData("Failover", 2)]
    public async Task A_consumer_that_the_broker_does_not_know_any_more_is_replaced(string type, int partitions)
    {
        const int Failed = 305;
        if (partitions > 0) await Broker.PartitionAsync(Topic, partitions);
        await Broker.PublishAsync(Messages(10, seconds: 0.01));
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", type)));
        await UntilNoBacklogAsync();

        await Broker.SetFaultsAsync(new() { KeepClosesSecret = true });
        await Broker.UnloadAsync(Topic);
        await PublishAsync("m-10", 0.01);

        await worker.Log.UntilAsync("it is noticed", entry => entry.EventId == Failed && entry.Says("the broker has not answered for it within 35 s"));
        await UntilNoBacklogAsync();
        Tally(11).NoneLost().NoneTwice();
        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await AssertStopsAsync(worker);
    }
}
