using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class WorkerStopTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    [Theory]
    [OnBrokers]
    public async Task An_idle_worker_ends_at_once(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var worker = await StartReadyAsync(Consumer());

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(0.2);
        Output.WriteLine($"idle stop: {ending.AfterSignal.TotalMilliseconds:0} ms");
        Assert.Equal((0, 0, 0), (ending.Messages("received"), ending.Messages("completed"), ending.Messages("aborted")));
    }

    [Theory]
    [OnBrokers]
    public async Task A_busy_worker_finishes_what_it_began_and_leaves_the_rest_uncounted_to_others(BrokerKind kind)
    {
        await UseAsync(kind);
        await Used.PublishAsync(Messages(50, seconds: 2));
        await using var first = await StartReadyAsync(Consumer(settings: ("Pulsar:Handlers", "8")));
        await Journal.UntilAsync("begin", count: 8);

        first.Send(Signal.Terminate);

        var ending = (await first.EndAsync()).Is(0, "drained").SaidSo().Within(2 + 0.5);
        Output.WriteLine($"busy stop, handlers of 2 s: {ending.AfterSignal.TotalMilliseconds:0} ms");
        Assert.Equal((8, 0), (ending.Messages("completed"), ending.Messages("aborted")));
        Assert.Equal(ending.Messages("received"), 8 + ending.Messages("released"));
        Tally(8).NoneLost().NoneTwice().NoneBegunAfterSignal();

        await using var second = await StartReadyAsync(Consumer());
        Assert.Equal((50, 0u), await UntilAcknowledgedAsync());
        Tally(50).NoneLost().NoneTwice();
    }

    [Theory]
    [InlineData("ignore-token")]
    [InlineData("heeds-its-token")]
    public async Task A_message_whose_handler_outlives_the_drain_is_handled_elsewhere_and_named(string name)
    {
        await PublishAsync(name, seconds: 60);
        await using var first = await StartReadyAsync(Consumer(drain: 2));
        await Journal.UntilAsync("begin", name);
        await using var second = await StartReadyAsync(Consumer(drain: 1));
        var id = Assert.Single(await Broker.DeliveriesAsync(Topic, Subscription)).Id;

        first.Send(Signal.Terminate);

        var ending = (await first.EndAsync()).Is(2, "aborted").SaidSo().Within(2 + 1.5 + 1);
        Assert.StartsWith(id, Assert.Single(ending.Aborted).Name);
        Assert.Equal((0, 1), (ending.Messages("completed"), ending.Messages("aborted")));
        await Journal.UntilAsync("begin", name, count: 2);
        Assert.False(Assert.Single(await Broker.DeliveriesAsync(Topic, Subscription)).Acknowledged);
    }

    [Theory]
    [OnBrokers]
    public async Task A_message_that_is_done_at_the_very_deadline_is_still_acknowledged(BrokerKind kind)
    {
        await UseAsync(kind);
        await PublishAsync("ends-at-deadline", seconds: 0);
        await using var worker = await StartReadyAsync(Consumer(drain: 1));
        await Journal.UntilAsync("begin", "ends-at-deadline");

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).SaidSo().Within(1 + 1.5);
        Assert.Equal((1, 0), (ending.Messages("completed"), ending.Messages("aborted")));
        await UntilNoBacklogAsync();
    }

    [Fact]
    public async Task Messages_that_wait_for_a_retry_are_handed_back_in_one_command()
    {
        await Broker.PublishAsync(new() { Topic = Topic, Count = 10, Payload = Job("fail-always/{n}", 0) });
        (string, string)[] late = [("Pulsar:RetrySeconds", "30"), ("Pulsar:MaxRetrySeconds", "30")];
        await using var first = await StartReadyAsync(Consumer(settings: late));
        await first.Log.UntilAsync("10 retries", _ => first.Log.Saying("the next one is in").Count == 10);

        first.Send(Signal.Terminate);

        var ending = (await first.EndAsync()).Is(0, "drained").Within(0.5);
        Assert.Equal((10, 10), (ending.Messages("received"), ending.Messages("released")));
        var handedBack = Assert.Single((await Broker.CommandsAsync()).TakeLast(30), command => command.Kind == "Redeliver");
        Assert.Equal(10, handedBack.Detail.Split(' ').Length);

        await using var second = await StartReadyAsync(Consumer(settings: late));
        await Journal.UntilAsync("fail", count: 20); // At once, not after 30 s.
    }

    // They block their threads, of which the pool has as many as processors: all others wait for one.
    [Fact]
    public async Task Handlers_that_wait_for_a_thread_at_the_signal_are_not_begun()
    {
        const int Count = 40;
        await Broker.PublishAsync(new() { Topic = Topic, Count = Count, Payload = Job("block-thread/{n}", 3) });
        await using var worker = Start(Consumer(settings: [("Pulsar:Handlers", $"{Count}"), ("DOTNET_PROCESSOR_COUNT", "2")]));
        await Journal.UntilAsync("begin", count: 2);

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).Is(0, "drained").SaidSo();
        var signal = Assert.Single(Journal.Lines, line => line.What == "signal").At;
        var begun = Journal.Lines.Where(line => line.What == "begin").ToList();
        Assert.DoesNotContain(begun, line => line.At > signal + TimeSpan.FromSeconds(0.5)); // It may have lost the processor in between; the pool adds a thread a second.
        Assert.Equal((begun.Count, 0), (ending.Messages("completed"), ending.Messages("aborted")));
        Assert.InRange(ending.Messages("released"), 1, Count - begun.Count);
    }

    // A bus or a queue of the user's, registered below AddMessaging: in stock it stops before the consumer.
    [Fact]
    public async Task What_a_handler_uses_stops_after_it_wherever_it_was_registered()
    {
        await PublishAsync("publish", seconds: 1);
        await using var worker = await StartReadyAsync(Consumer());
        await Journal.UntilAsync("begin", "publish");

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).Is(0, "drained").SaidSo();
        Assert.Single(worker.Log.Saying("lab: the bus has stopped"));
        Assert.Equal((1, 0), (ending.Messages("completed"), ending.Messages("released")));
        await UntilNoBacklogAsync();
    }

    [Theory]
    [OnBrokers]
    public async Task Messages_that_wait_for_another_one_of_their_key_are_left_to_others(BrokerKind kind)
    {
        await UseAsync(kind);
        await Used.PublishAsync(Messages(20, seconds: 1, keys: 1));
        await using var first = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "KeyShared")));
        await Journal.UntilAsync("begin", "m-0");

        first.Send(Signal.Terminate);

        var ending = (await first.EndAsync()).Is(0, "drained").SaidSo().Within(1 + 0.5);
        Assert.Equal((1, ending.Messages("received") - 1), (ending.Messages("completed"), ending.Messages("released")));
        await using var second = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "KeyShared")));
        Assert.Equal((20, 0u), await UntilAcknowledgedAsync());
        Tally(20).NoneLost().NoneTwice();
    }

    [Theory]
    [OnBrokers]
    public async Task A_second_signal_leaves_the_message_to_others(BrokerKind kind)
    {
        await UseAsync(kind);
        await PublishAsync("slow", seconds: 60);
        await using var worker = await StartReadyAsync(Consumer(drain: 30));
        await Journal.UntilAsync("begin", "slow");

        worker.Send(Signal.Terminate);
        await worker.SendAgainAsync(Signal.Terminate);

        Assert.Equal(1, (await worker.EndAsync()).Is(143, "forced").Within(2).Messages("aborted"));
        await UntilAsync("handed back", statistics => statistics is { MsgBacklog: 1, UnackedMessages: 0 });
    }

    private async Task<(long, uint)> UntilAcknowledgedAsync()
    {
        var statistics = await UntilNoBacklogAsync();
        return (statistics.Acknowledged, statistics.MaxRedeliveryCount);
    }
}
