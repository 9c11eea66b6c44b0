using System.Globalization;
using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Failover: workers join and leave while there is a backlog, as in every rollout. The broker makes the new one the active one as it likes.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerTakeoverTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private static readonly (string, string)[] Failover = [("Pulsar:SubscriptionType", "Failover")];

    // All workers of a machine have the same name, and among equal names the newest becomes the active one: every join is a takeover.
    [Theory]
    [OnBrokers(1, 0)]
    [OnBrokers(10, 0)]
    [OnBrokers(1, 4)]
    [OnBrokers(10, 4)]
    public async Task Takeovers_repeat_nothing_and_keep_the_order(BrokerKind kind, int batchSize, int partitions)
    {
        var messages = Math.Max(1, partitions) * 500;
        await UseAsync(kind);
        if (partitions > 0)
            await Used.PartitionAsync(Topic, partitions);
        await Used.PublishAsync(Messages(messages, seconds: 0.02, batchSize, keys: Math.Max(1, partitions)));
        var workers = new Queue<ServiceProcess>();
        try
        {
            for (var joined = 0; joined < 3; joined++)
            {
                workers.Enqueue(await StartReadyAsync(Consumer(settings: Failover)));
                await Task.Delay(TimeSpan.FromSeconds(3.5)); // Part of the scenario: the broker's second, the takeover's two, and a little work.
            }
            while (workers.Count > 1)
            {
                await using var old = workers.Dequeue();
                old.Send(Signal.Terminate);
                (await old.EndAsync()).Is(0, "drained").SaidSo();
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
            await Journal.UntilAsync("all", lines => lines.Count(line => line.What == "end") >= messages);
            workers.Peek().Send(Signal.Terminate);
            (await workers.Peek().EndAsync()).Is(0, "drained").SaidSo();
        }
        finally
        {
            foreach (var worker in workers)
                await worker.DisposeAsync();
        }
        Tally(messages).NoneLost().NoneTwice();
        AssertOneAtATime(Math.Max(1, partitions), batchSize);
    }

    // The client takes some refusals for final, and a standby has no message to wait for that would tell it so.
    [Fact]
    public async Task A_standby_whose_consumer_has_failed_gets_another_one()
    {
        const int StandingBy = 301, Failed = 305;
        await Used.PartitionAsync(Topic, 4); // Of some the newcomer is a standby from the beginning.
        await using var active = await StartReadyAsync(Consumer(settings: Failover));
        await using var standby = await StartReadyAsync(Consumer(settings: Failover));
        await standby.Log.UntilAsync("a standby", entry => entry.EventId == StandingBy);

        await Broker.SetFaultsAsync(new Faults { Subscribe = ServerError.PersistenceError });
        await Broker.DropConnectionsAsync();
        await standby.Log.UntilAsync("the failure of the standby", entry => entry.EventId == Failed);
        await active.Log.UntilAsync("the failure of the active one", entry => entry.EventId == Failed);
        await Broker.SetFaultsAsync(new Faults());

        await UntilReadyIsAsync(standby, System.Net.HttpStatusCode.OK); // With all its consumers.
        await UntilReadyIsAsync(active, System.Net.HttpStatusCode.OK);
    }

    // DotPulsar loses now and then what the broker says about it, and takes the consumer for disconnected from then on.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_consumer_that_does_not_know_whether_it_is_the_active_one_gets_another_one(bool hasWorked)
    {
        const int Failed = 305;
        var silent = new Faults { KeepActivitySecret = true };
        if (!hasWorked) await Broker.SetFaultsAsync(silent);
        await PublishAsync("m-0", 0.01);
        await using var worker = Start(Consumer(settings: Failover));
        if (hasWorked)
        {
            await Journal.UntilAsync("end", "m-0");
            await Broker.SetFaultsAsync(silent);
            await Broker.DropConnectionsAsync();
        }
        await worker.Log.UntilAsync("the failure", entry => entry.EventId == Failed && entry.Says("after 10 s the client does not know"));
        if (!hasWorked) await worker.Log.UntilAsync("more patience", entry => entry.EventId == Failed && entry.Says("after 20 s the client does not know"));
        await Broker.SetFaultsAsync(new Faults());

        await UntilReadyIsAsync(worker, System.Net.HttpStatusCode.OK);
        await PublishAsync("m-1", 0.01);
        await Journal.UntilAsync("end", "m-1");
        await UntilNoBacklogAsync();
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo();
    }

    // It comes again and is skipped as a copy, since it is in hand: nobody else will try it again.
    [Fact]
    public async Task A_message_that_fails_behind_a_lost_connection_is_tried_again_in_its_place()
    {
        const string Slow = "fail-late/slow"; // Longer than the connection's return, the takeover's two seconds and the broker's going back.
        await Broker.PublishAsync(new() { Topic = Topic, Messages = [new() { Payload = Job(Slow, 8) }, new() { Payload = Job("m-0", 0.01) }] });
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Failover, ("Pulsar:RetrySeconds", "0.1")]));
        await Journal.UntilAsync("begin", Slow);

        await Broker.DropConnectionsAsync();

        await UntilNoBacklogAsync();
        Assert.Equal((2, 1), (Journal.Of("begin", Slow).Count, Journal.Of("end", Slow).Count));
        Assert.True(Journal.Of("end", Slow)[0].At <= Assert.Single(Journal.Of("begin", "m-0")).At, "m-0 has overtaken it.");
    }

    // Entries have the keys in turn, and a key stays in one partition.
    private void AssertOneAtATime(int keys, int batchSize)
    {
        var lines = Journal.Lines.Where(line => line.What is "begin" or "end").ToList();
        Assert.True(lines.Select(line => line.Process).Distinct().Count() > 1, "There was no takeover.");
        foreach (var key in lines.GroupBy(line => NumberOf(line) / batchSize % keys))
        {
            var numbers = key.Where(line => line.What == "begin").Select(NumberOf).ToList();
            Assert.Equal(numbers.Order(), numbers);
            Assert.All(key.Chunk(2), pair => Assert.Equal(("begin", "end", pair[0].Name), (pair[0].What, pair[1].What, pair[1].Name)));
        }
    }

    private static int NumberOf(JournalLine line) => int.Parse(line.Name.AsSpan(2), CultureInfo.InvariantCulture);
}
