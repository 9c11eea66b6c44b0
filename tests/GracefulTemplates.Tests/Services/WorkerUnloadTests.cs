using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Partitions whose consumers the broker closes at the same time.</summary>
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
}
