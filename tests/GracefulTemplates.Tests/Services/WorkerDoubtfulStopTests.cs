using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>A stop while the broker may not have read what was acknowledged last.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerDoubtfulStopTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int Lost = 302;

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

    [Fact]
    public async Task A_topic_that_stays_away_holds_up_the_stop_for_3_s_and_the_report_says_so()
    {
        await Broker.PublishAsync(Messages(400, seconds: 0.1));
        await using var worker = await StartReadyAsync(Consumer());
        await Journal.UntilAsync("end", count: 50);
        await Broker.SetFaultsAsync(new() { Subscribe = ServerError.ServiceNotReady });
        await Broker.UnloadAsync(Topic);
        await worker.Log.UntilAsync(Lost);

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).Is(2, "aborted").SaidSo().Within(0.1 + 3 + 1);
        Assert.Equal("(the broker did not confirm the close of the consumer)", Assert.Single(ending.Aborted).Name);
    }

    private async Task StopInTheMiddleAsync(Func<Task> disturbAsync, string type, int batchSize)
    {
        const int Count = 400;
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
}
