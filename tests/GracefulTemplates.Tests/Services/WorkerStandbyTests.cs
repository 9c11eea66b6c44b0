using System.Net;
using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Failover: consumers that fail, lose the connection or are not told whether they are the active ones.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerStandbyTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private static readonly (string, string)[] Failover = [("Pulsar:SubscriptionType", "Failover")];

    // The client takes some refusals for final, and a standby has no message to wait for that would tell it so.
    [Fact]
    public async Task A_standby_whose_consumer_has_failed_gets_another_one()
    {
        const int StandingBy = 301;
        await Used.PartitionAsync(Topic, 4); // Of some the newcomer is a standby from the beginning.
        await using var active = await StartReadyAsync(Consumer(settings: Failover));
        await using var standby = await StartReadyAsync(Consumer(settings: Failover));
        await standby.Log.UntilAsync("a standby", entry => entry.EventId == StandingBy);

        await Broker.SetFaultsAsync(new Faults { Subscribe = ServerError.PersistenceError });
        await Broker.DropConnectionsAsync();
        await standby.Log.UntilAsync("the failure of the standby", entry => entry.EventId == LogEntry.ConsumerFailed);
        await active.Log.UntilAsync("the failure of the active one", entry => entry.EventId == LogEntry.ConsumerFailed);
        await Broker.SetFaultsAsync(new Faults());

        await UntilReadyIsAsync(standby, HttpStatusCode.OK); // With all its consumers.
        await UntilReadyIsAsync(active, HttpStatusCode.OK);
    }

    // DotPulsar loses now and then what the broker says about it, and takes the consumer for disconnected from then on.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_consumer_that_does_not_know_whether_it_is_the_active_one_gets_another_one(bool hasWorked)
    {
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
        await worker.Log.UntilAsync("the failure", entry => entry.EventId == LogEntry.ConsumerFailed && entry.Says("after 10 s the client does not know"));
        if (!hasWorked) await worker.Log.UntilAsync("more patience", entry => entry.EventId == LogEntry.ConsumerFailed && entry.Says("after 20 s the client does not know"));
        await Broker.SetFaultsAsync(new Faults());

        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
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
}
