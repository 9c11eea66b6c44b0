using DotPulsar.Extensions;
using PulsarBroker.Protocol;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

[Collection(BrokerFixture.Collection)]
public sealed class ProducerTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task What_goes_with_a_message_can_be_read_from_the_topic()
    {
        await using var client = NewClient();
        await using var producer = client.NewProducer();

        var id = await producer.NewMessage().Key("k").EventTime(42UL).Property("a", "1").Property("b", "2").Property("a", "3").Send("hello"u8.ToArray());

        Assert.Equal((0u, -1, -1, Topic), (id.EntryId, id.Partition, id.BatchIndex, id.Topic));
        var message = Assert.Single(await Control.MessagesAsync(Topic));
        Assert.Equal(("k", false, 42u, "hello"), (message.Key, message.KeyIsBase64, message.EventTime, message.Payload));
        Assert.Equal(["a=3", "b=2"], message.Properties.Select(p => $"{p.Key}={p.Value}").Order());
    }

    [Fact]
    public async Task What_goes_with_a_message_can_be_received()
    {
        await using var client = NewClient();
        await using var producer = client.NewProducer();
        await using var consumer = await client.SubscribeAsync();

        await producer.NewMessage().KeyBytes([1, 2, 3]).OrderingKey([9]).EventTime(42UL).Property("a", "1").Send("hello"u8.ToArray());

        var message = (await consumer.ReceiveAsync()).Single();
        Assert.Equal(("hello", 42u, "1", true), (message.Text(), message.EventTime, message.Properties["a"], message.HasBase64EncodedKey));
        Assert.Equal([1, 2, 3], message.KeyBytes);
        Assert.Equal([9], message.OrderingKey);
    }

    [Fact]
    public async Task Many_sends_at_once_are_all_stored()
    {
        await using var client = NewClient();
        await using var producer = client.NewProducer();

        var ids = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => producer.Send(BitConverter.GetBytes(i)).AsTask()));

        Assert.Equal(500, ids.Select(id => id.EntryId).Distinct().Count());
        Assert.Equal(500, (await Control.StatisticsAsync(Topic)).MsgInCounter);
    }

    [Fact]
    public async Task Other_topics_stay_open_when_one_refuses_producers()
    {
        await Control.SetFaultsAsync(new() { Producers = new Dictionary<string, ServerError> { [$"{Topic}-DLQ"] = ServerError.AuthorizationError } });
        await using var client = NewClient();
        await using var producer = client.NewProducer();

        await producer.Send("m"u8.ToArray());

        Assert.Equal(1, (await Control.StatisticsAsync(Topic)).MsgInCounter);
    }
}
