using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>A topic that moves between two brokers while it is consumed, as when they are rolled.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerClusterTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int Handlers = 16, Lost = 302, Found = 300;

    [ClusterFact]
    public async Task A_topic_that_moves_and_whose_broker_stops_repeats_at_most_what_was_at_work()
    {
        const int Count = 2_000, Moves = 3;
        await using var cluster = await ApacheCluster.StartAsync(Repository.Root);
        await cluster.First.SendAsync(HttpMethod.Put, $"persistent/public/default/{Topic}");
        await (await cluster.OwnerAsync(Topic)).PublishAsync(Messages(Count, seconds: 0.1));
        await cluster.MoveAsync(Topic, to: cluster.First);
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:ServiceUrl", $"{cluster.ServiceUrl}")));

        var unloads = 0;
        for (var move = 1; move <= Moves; move++)
        {
            await Journal.UntilAsync("end", count: 300 * move);
            unloads += await cluster.MoveAsync(Topic, to: move % 2 == 1 ? cluster.Second : cluster.First);
            await worker.Log.UntilAsync("the return", _ => Losses() >= move && Returns() == Losses());
        }
        await Journal.UntilAsync("end", count: 300 * (Moves + 1));
        await cluster.Second.StopAsync();

        await Journal.UntilAsync("all", lines => lines.Where(line => line.What == "end").DistinctBy(line => line.Name).Count() == Count);
        Assert.InRange(Tally(Count).NoneLost().HandledTwice.Count, 0, Losses() * Handlers);
        // Two unloads within a second are one loss, and a broker that takes its time to stop may give the topic to the worker once more.
        Assert.InRange(Losses(), Moves + 1, unloads + 2);
        Assert.Equal(Losses(), Returns());
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo();

        int Losses() => worker.Log.Of(Lost).Count;
        int Returns() => worker.Log.Of(Found).Count - 1;
    }

    private sealed class ClusterFactAttribute : FactAttribute
    {
        public ClusterFactAttribute() => Skip = ApacheCluster.Missing(Repository.Root);
    }
}
