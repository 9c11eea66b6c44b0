using DotPulsar;
using DotPulsar.Extensions;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

[Collection(BrokerFixture.Collection)]
public sealed class BatchTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task A_batch_is_unpacked_in_order_and_acknowledged_as_one_entry(int size)
    {
        await PublishAsync(2 * size, batchSize: size);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var messages = await consumer.ReceiveAsync(2 * size);
        Assert.Equal(Enumerable.Range(0, 2 * size), messages.Select(m => m.Number()));
        Assert.Equal(Enumerable.Range(0, 2 * size).Select(i => i % size), messages.Select(m => m.MessageId.BatchIndex));

        foreach (var message in messages.SkipLast(1))
            await consumer.Acknowledge(message);

        await WhenAsync(s => s.MsgBacklog == size && s.Acknowledged == size);
        await consumer.Acknowledge(messages[^1]);
        await WhenAsync(s => s.MsgBacklog == 0);
        Assert.Equal([1, 1], (await Control.DeliveriesAsync(Topic, Subscription)).Select(e => e.Acknowledgements));
    }

    [Fact]
    public async Task A_batch_that_was_not_finished_comes_again_as_a_whole()
    {
        await PublishAsync(10, batchSize: 10);
        await using var client = NewClient();
        var a = await client.SubscribeAsync();
        foreach (var message in await a.ReceiveAsync(9))
            await a.Acknowledge(message);

        await a.DisposeAsync();
        await using var b = await client.SubscribeAsync();

        Assert.Equal(Enumerable.Range(0, 10), (await b.ReceiveAsync(10)).Select(m => m.Number()));
    }

    [Fact]
    public async Task Handing_back_one_message_of_a_batch_brings_back_all_of_it()
    {
        await PublishAsync(10, batchSize: 10);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var messages = await consumer.ReceiveAsync(10);

        await consumer.RedeliverUnacknowledgedMessages([messages[4].MessageId]);

        var again = await consumer.ReceiveAsync(10);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (i, 1u)), again.Select(m => (m.Number(), m.RedeliveryCount)));
    }

    [Fact]
    public async Task On_a_partitioned_topic_the_id_of_a_batched_message_lacks_its_topic()
    {
        await Control.PartitionAsync(Topic, 2);
        await PublishAsync(20, batchSize: 10);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var messages = await consumer.ReceiveAsync(20);
        Assert.All(messages, m => Assert.Equal("", m.MessageId.Topic));

        await Assert.ThrowsAsync<KeyNotFoundException>(async () => await consumer.Acknowledge(messages[0]));
        foreach (var id in messages.Select(m => m.MessageId))
            await consumer.Acknowledge(new MessageId(id.LedgerId, id.EntryId, id.Partition, id.BatchIndex, $"{Topic}-partition-{id.Partition}"));

        await WhenAsync(s => s.MsgBacklog == 0);
    }
}
