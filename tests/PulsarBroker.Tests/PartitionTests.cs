using DotPulsar;
using DotPulsar.Extensions;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

[Collection(BrokerFixture.Collection)]
public sealed class PartitionTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    private const int Partitions = 4;

    public override Task InitializeAsync() => Control.PartitionAsync(Topic, Partitions);

    [Fact]
    public async Task A_consumer_receives_from_all_partitions_and_acknowledges_to_each()
    {
        await PublishAsync(40);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();

        var messages = await consumer.ReceiveAsync(40);
        foreach (var message in messages)
            await consumer.Acknowledge(message);

        Assert.Equal(Enumerable.Range(0, Partitions).Select(i => (i, 10)), messages.GroupBy(m => m.MessageId.Partition).OrderBy(g => g.Key).Select(g => (g.Key, g.Count())));
        Assert.All(messages, m => Assert.Equal($"{Topic}-partition-{m.MessageId.Partition}", m.MessageId.Topic));
        await WhenAsync(s => s.MsgBacklog == 0 && s.Consumers.Count == Partitions);
    }

    [Fact]
    public async Task A_close_hands_back_from_all_partitions()
    {
        await PublishAsync(40);
        await using var client = NewClient();
        var a = await client.SubscribeAsync();
        await a.ReceiveAsync(40);

        await a.DisposeAsync();
        await using var b = await client.SubscribeAsync();

        Assert.Equal(Enumerable.Range(0, 40), (await b.ReceiveAsync(40)).Select(m => m.Number()).Order());
    }

    [Fact]
    public async Task Messages_of_several_partitions_are_handed_back_together()
    {
        await PublishAsync(8);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var first = await consumer.ReceiveAsync(8);

        await consumer.RedeliverUnacknowledgedMessages(first.Select(m => m.MessageId));

        Assert.All(await consumer.ReceiveAsync(8), m => Assert.Equal(1u, m.RedeliveryCount));
    }

    [Fact]
    public async Task A_producer_sends_to_all_partitions_and_a_key_always_to_one()
    {
        await using var client = NewClient();
        await using var producer = client.NewProducer();

        var unkeyed = new List<MessageId>();
        var keyed = new List<MessageId>();
        for (var i = 0; i < 8; i++)
        {
            unkeyed.Add(await producer.Send("m"u8.ToArray()));
            keyed.Add(await producer.NewMessage().Key("k").Send("m"u8.ToArray()));
        }

        Assert.Equal([0, 1, 2, 3], unkeyed.Select(id => id.Partition).Distinct().Order());
        Assert.Single(keyed.Select(id => id.Partition).Distinct());
    }

    [Fact]
    public async Task Failover_spreads_the_partitions_of_one_that_leaves_over_the_others()
    {
        await using var client = NewClient();
        var first = await client.SubscribeAsync(SubscriptionType.Failover, name: "a");
        await using var b = await client.SubscribeAsync(SubscriptionType.Failover, name: "b");
        await using var c = await client.SubscribeAsync(SubscriptionType.Failover, name: "c");
        await WhenAsync(s => s.Consumers.Count == 3 * Partitions);

        await first.DisposeAsync();

        var numbers = await WhenAsync(s => s.Consumers.Count == 2 * Partitions && s.Consumers.Count(consumer => consumer.Active) == Partitions);
        Assert.Equal([(0, "b"), (1, "c"), (2, "b"), (3, "c")], numbers.Consumers.Where(x => x.Active).OrderBy(x => x.Partition).Select(x => (x.Partition, x.ConsumerName)));
    }
}
