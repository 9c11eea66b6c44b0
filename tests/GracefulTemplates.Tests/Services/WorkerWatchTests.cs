using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace GracefulTemplates.Tests.Services;

/// <summary>The client waits for a broker that does not answer any more.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerWatchTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    // A reader for the partitions has one connection for all of them, on which they can close each other.
    [Fact]
    public async Task The_partitions_are_asked_for_again_when_no_answer_comes()
    {
        await Broker.PublishAsync(Messages(10, seconds: 0.01));
        await Broker.SetFaultsAsync(new() { Ignore = [Kind.LastId] });
        await using var worker = Start(Consumer());

        await Broker.WhenAsync(commands => commands.Where(c => c.Kind == "Subscribe" && c.Detail.Contains(Topic)).DistinctBy(c => c.Client).Count() == 2);
        await Broker.SetFaultsAsync(new());

        await UntilNoBacklogAsync();
        Tally(10).NoneLost().NoneTwice();
    }

    // Whatever made the two of a different mind: the client takes the consumer for active.
    [Theory]
    [InlineData("Shared", 0)]
    [InlineData("Failover", 2)]
    public async Task A_consumer_that_the_broker_does_not_know_any_more_is_replaced(string type, int partitions)
    {
        if (partitions > 0) await Broker.PartitionAsync(Topic, partitions);
        await Broker.PublishAsync(Messages(10, seconds: 0.01));
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", type)));
        await UntilNoBacklogAsync();

        await Broker.SetFaultsAsync(new() { KeepClosesSecret = true });
        await Broker.UnloadAsync(Topic);
        await PublishAsync("m-10", 0.01);

        await worker.Log.UntilAsync("it is noticed", entry => entry.EventId == LogEntry.ConsumerFailed && entry.Says("the broker has not answered for it within 35 s"));
        await UntilNoBacklogAsync();
        Tally(11).NoneLost().NoneTwice();
        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await AssertStopsAsync(worker);
    }
}
