using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Messages that come again on purpose.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerReplayTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int Copy = 311;

    [Theory]
    [OnBrokers("Shared", 1, 50)]
    [OnBrokers("Shared", 10, 50)]
    [OnBrokers("Shared", 10, 1)] // That it is all of its batch shows only after its acknowledgement, and no other one follows.
    [OnBrokers("Failover", 1, 50)]
    public async Task A_replay_is_handled(BrokerKind kind, string type, int batchSize, int count)
    {
        await UseAsync(kind);
        await Used.PublishAsync(Messages(count, seconds: 0.01, batchSize));
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", type)));
        await Journal.UntilAsync("end", count: count);
        await UntilNoBacklogAsync();

        var again = 0;
        for (var times = 2; times <= 3; times++)
        {
            await Task.Delay(TimeSpan.FromSeconds(3)); // The acknowledgements of the last ones are confirmed by then, 0.1 s on a quiet machine.
            if (await ReplayAsync(times)) continue;
            // What was begun within 5 s of a takeover in which the broker was slow looks like a copy for a minute; that is said, and over then (decisions/0010).
            Assert.Equal("Failover", type);
            Assert.NotEmpty(worker.Log.Of(Copy));
            await Task.Delay(TimeSpan.FromSeconds(66));
            Assert.True(await ReplayAsync(times));
            again++;
        }

        Assert.All(Handled(), message => Assert.InRange(message.Value, 3, 3 + again));

        // True when every message has been handled that often.
        async Task<bool> ReplayAsync(int times)
        {
            await Used.ReplayAsync(Topic, Subscription);
            await UntilNoBacklogAsync();
            return Handled().Count(message => message.Value >= times) == count;
        }

        IEnumerable<KeyValuePair<string, int>> Handled() => Journal.Lines.Where(line => line.What == "end").CountBy(line => line.Name);
    }

    // A topic without consumers for a while, a replay under load: nothing is lost, and what was done before the replay is done again.
    [Theory]
    [OnBrokers]
    public async Task A_replay_under_load_loses_nothing(BrokerKind kind)
    {
        await UseAsync(kind);
        await Used.PublishAsync(Messages(1_000, seconds: 0.05));
        await using var worker = await StartReadyAsync(Consumer());
        await Journal.UntilAsync("end", count: 300);

        await Used.ReplayAsync(Topic, Subscription);

        await UntilNoBacklogAsync();
        var tally = Tally(1_000).NoneLost();
        Assert.InRange(tally.HandledTwice.Count, 200, 500);
        await AssertStopsAsync(worker);
    }
}
