using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Messages that come again: on purpose, or because the broker has not read their acknowledgement.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerReplayTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int Lost = 302, Found = 300, Copy = 311, Handlers = 16;

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
        await StopAsync(worker);
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
        await StopAsync(worker);
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
        Assert.Equal((1, 2), (worker.Log.Of(Lost).Count, worker.Log.Of(Found).Count));
        await StopAsync(worker);
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
        await StopAsync(worker);
    }

    private static async Task StopAsync(ServiceProcess worker)
    {
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo();
    }
}
