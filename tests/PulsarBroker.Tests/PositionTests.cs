using DotPulsar;
using DotPulsar.Extensions;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

[Collection(BrokerFixture.Collection)]
public sealed class PositionTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task After_a_seek_everything_from_there_comes_again()
    {
        await PublishAsync(5);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync(SubscriptionType.Exclusive);
        var messages = await consumer.ReceiveAsync(5);
        foreach (var message in messages)
            await consumer.Acknowledge(message);
        await WhenAsync(s => s.MsgBacklog == 0);

        await consumer.Seek(messages[2].MessageId);

        await WhenAsync(s => s.MsgBacklog == 3 && s.Consumers.Count == 1);
        Assert.Equal([2, 3, 4], (await consumer.ReceiveAsync(3)).Select(m => m.Number()));
    }

    [Fact]
    public async Task The_last_message_is_known()
    {
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        Assert.Equal([MessageId.Earliest], await consumer.GetLastMessageIds());

        await PublishAsync(3);

        Assert.Equal([2u], (await consumer.GetLastMessageIds()).Select(id => id.EntryId));
    }

    [Fact]
    public async Task Unsubscribing_deletes_the_subscription()
    {
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();

        await consumer.Unsubscribe();

        Assert.Empty((await Control.StatisticsAsync(Topic)).Subscriptions);
    }
}
