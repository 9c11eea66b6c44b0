using System.Collections.Concurrent;
using DotPulsar;
using DotPulsar.Extensions;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

[Collection(BrokerFixture.Collection)]
public sealed class KeySharedTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task Every_key_has_one_consumer_and_every_consumer_has_keys()
    {
        await using var client = NewClient();
        await using var a = await client.SubscribeAsync(SubscriptionType.KeyShared, name: "a");
        await using var b = await client.SubscribeAsync(SubscriptionType.KeyShared, name: "b");
        using var enough = new CancellationTokenSource();
        Task[] draining = [a.DrainAsync(_ => { }, enough.Token), b.DrainAsync(_ => { }, enough.Token)];
        await WhenAsync(s => s.Consumers.Count == 2);

        await PublishAsync(320, keys: 32);

        await WhenAsync(s => s.MsgBacklog == 0);
        await enough.CancelAsync();
        await Task.WhenAll(draining);
        var entries = await Control.DeliveriesAsync(Topic, Subscription);
        var owners = entries.GroupBy(e => e.Key).ToDictionary(g => g.Key!, g => g.SelectMany(e => e.DeliveredTo).Distinct().ToArray());
        Assert.All(owners.Values, o => Assert.Single(o));
        Assert.Equal(["a", "b"], owners.Values.SelectMany(o => o).Distinct().Order());
    }

    [Fact]
    public async Task The_order_of_a_key_survives_consumers_that_come_and_go()
    {
        const int Messages = 2000;
        await using var client = NewClient();
        var seen = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        using var enough = new CancellationTokenSource();
        await PublishAsync(Messages, keys: 20);

        await using var stays = await client.SubscribeAsync(SubscriptionType.KeyShared, prefetch: 20, name: "stays");
        var draining = new List<Task> { DrainAsync(stays, enough.Token) };
        foreach (var progress in (int[])[300, 600, 900, 1200])
        {
            await WhenAsync(s => s.Acknowledged >= progress);
            using var leave = new CancellationTokenSource();
            await using var guest = await client.SubscribeAsync(SubscriptionType.KeyShared, prefetch: 20, name: $"guest-{progress}");
            var drained = DrainAsync(guest, leave.Token);
            await WhenAsync(s => s.Acknowledged >= progress + 150);
            await leave.CancelAsync();
            await drained;
        }
        await WhenAsync(s => s.MsgBacklog == 0);
        await enough.CancelAsync();
        await Task.WhenAll(draining);

        Assert.Equal(Messages, seen.Values.Sum(numbers => numbers.Distinct().Count()));
        // A guest that leaves may hold what it has not begun: that comes again, but never before its time.
        Assert.All(seen, key => Assert.Equal(key.Value.Order(), key.Value));

        Task DrainAsync(DotPulsar.Abstractions.IConsumer<System.Buffers.ReadOnlySequence<byte>> consumer, CancellationToken token) =>
            consumer.DrainAsync(m => seen.GetOrAdd(m.Key!, _ => []).Enqueue(m.Number()), token);
    }

    [Fact]
    public async Task A_key_in_another_consumers_hands_waits()
    {
        await using var client = NewClient();
        var a = await client.SubscribeAsync(SubscriptionType.KeyShared, name: "a");
        var receiving = a.ReceiveAsync(16);
        await PublishAsync(16, keys: 16);
        var held = await receiving;

        await using var b = await client.SubscribeAsync(SubscriptionType.KeyShared, name: "b");
        var toB = b.ReceiveAsync(1);
        await WhenAsync(s => s.Consumers.Count == 2 && s.Consumers.All(c => c.AvailablePermits > 0));
        await PublishAsync(16, keys: 16, from: 16);

        // What now belongs to b waits for a's older messages; the rest goes to a.
        var numbers = await WhenAsync(s => s.MsgOutCounter > 16);
        Assert.Equal(0, numbers.Consumers.Single(c => c.ConsumerName == "b").UnackedMessages);
        foreach (var message in held)
            await a.Acknowledge(message);
        Assert.InRange((await toB).Single().Number(), 16, 31);
        await a.DisposeAsync();
    }
}
