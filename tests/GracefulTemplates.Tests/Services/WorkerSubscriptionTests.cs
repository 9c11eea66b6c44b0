using System.Globalization;
using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>The subscriptions that keep an order.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerSubscriptionTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    [Theory]
    [OnBrokers]
    public async Task A_Failover_standby_is_ready_and_takes_over_in_order(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var active = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "Failover")));
        await using var standby = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "Failover")));
        await Used.PublishAsync(Messages(150, seconds: 0.02));
        await Journal.UntilAsync("end", count: 50);
        Assert.Single(Journal.Lines.Select(line => line.Process).Distinct());

        active.Send(Signal.Terminate);

        (await active.EndAsync()).Is(0, "drained").Within(0.5);
        await UntilNoBacklogAsync();
        Tally(150).NoneLost().NoneTwice().NoneBegunAfterSignal();
        AssertInOrder(_ => 0);
    }

    [Theory]
    [OnBrokers]
    public async Task A_second_Exclusive_worker_is_not_ready_and_takes_over(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var first = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "Exclusive")));
        await using var second = Start(Consumer(settings: ("Pulsar:SubscriptionType", "Exclusive")));
        await UntilServingAsync(second);
        await UntilReadyIsAsync(second, HttpStatusCode.ServiceUnavailable);

        first.Send(Signal.Terminate);

        (await first.EndAsync()).Is(0, "drained");
        await UntilReadyIsAsync(second, HttpStatusCode.OK);
    }

    [Theory]
    [OnBrokers]
    public async Task Key_Shared_keeps_the_order_of_each_key_while_workers_come_and_go(BrokerKind kind)
    {
        await UseAsync(kind);
        const int Count = 1_200, Keys = 8;
        await Used.PublishAsync(Messages(Count, seconds: 0.03, keys: Keys));
        await using var first = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "KeyShared")));
        await Journal.UntilAsync("end", count: 100);
        await using var second = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "KeyShared")));
        await Journal.UntilAsync("end", count: 300);

        first.Send(Signal.Terminate);

        (await first.EndAsync()).Is(0, "drained");
        await using var third = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", "KeyShared")));
        await UntilNoBacklogAsync();
        Tally(Count).NoneLost().NoneTwice().NoneBegunAfterSignal();
        AssertInOrder(number => number % Keys);
    }

    /// <summary>Asserts that what has the same key was handled one after the other, by rising numbers.</summary>
    private void AssertInOrder(Func<int, int> keyOf)
    {
        foreach (var key in Journal.Lines.Where(line => line.What is "begin" or "end").GroupBy(line => keyOf(NumberOf(line))))
        {
            var seen = key.Select(line => $"{line.What} {NumberOf(line)}").ToArray();
            var wanted = key.Select(NumberOf).Distinct().Order().SelectMany(number => (string[])[$"begin {number}", $"end {number}"]);
            Assert.Equal(wanted, seen);
        }
    }

    private static int NumberOf(JournalLine line) => int.Parse(line.Name.AsSpan(2), CultureInfo.InvariantCulture);
}
