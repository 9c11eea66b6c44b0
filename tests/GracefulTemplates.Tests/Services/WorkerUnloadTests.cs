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
