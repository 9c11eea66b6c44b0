using System.Globalization;
using PulsarBroker.Control;
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
