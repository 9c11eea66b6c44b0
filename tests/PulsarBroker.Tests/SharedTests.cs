using DotPulsar.Extensions;
using PulsarBroker.Control;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

[Collection(BrokerFixture.Collection)]
public sealed class SharedTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task Messages_go_in_turn_to_consumers_with_permits()
    {
        await using var client = NewClient();
        await using var a = await client.SubscribeAsync(prefetch: 5, name: "a");
        await using var b = await client.SubscribeAsync(prefetch: 5, name: "b");
        var (toA, toB) = (a.ReceiveAsync(), b.ReceiveAsync());      // the first permits go out with the first receive
        await WhenAsync(s => s.Consumers.Count == 2 && s.Consumers.All(c => c.AvailablePermits == 5));

        await PublishAsync(10);

        await Task.WhenAll(toA, toB);
        await WhenAsync(s => s.UnackedMessages == 10 && s.Consumers.All(c => c.UnackedMessages == 5));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(8u)]
    public async Task No_more_is_delivered_than_was_asked_for(uint prefetch)
    {
        await PublishAsync(100);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync(prefetch: prefetch);

        await consumer.ReceiveAsync();

        // One of the prefetch was received; the client asks for more when half of it has been.
        var numbers = await WhenAsync(s => s.UnackedMessages == prefetch);
        Assert.Equal((prefetch, 0, 100), (numbers.MsgOutCounter, numbers.Consumers.Single().AvailablePermits, numbers.MsgBacklog));
    }

    [Fact]
    public async Task A_message_handed_back_comes_again_and_is_counted()
    {
        await PublishAsync(3);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var first = await consumer.ReceiveAsync(3);
        Assert.All(first, m => Assert.Equal(0u, m.RedeliveryCount));

        await consumer.RedeliverUnacknowledgedMessages([first[1].MessageId]);
        var again = (await consumer.ReceiveAsync()).Single();
        Assert.Equal((first[1].MessageId, 1u), (again.MessageId, again.RedeliveryCount));
        await consumer.RedeliverUnacknowledgedMessages([again.MessageId]);

        Assert.Equal(2u, (await consumer.ReceiveAsync()).Single().RedeliveryCount);
        var entries = await Control.DeliveriesAsync(Topic, Subscription);
        Assert.Equal([1, 3, 1], entries.Select(e => e.DeliveredTo.Count));
        Assert.Equal([0u, 2u, 0u], entries.Select(e => e.RedeliveryCount));
    }

    [Fact]
    public async Task All_unacknowledged_messages_are_handed_back_at_once()
    {
        await PublishAsync(3);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var first = await consumer.ReceiveAsync(3);
        await consumer.Acknowledge(first[0]);

        await consumer.RedeliverUnacknowledgedMessages();

        var again = await consumer.ReceiveAsync(2);
        Assert.Equal([(1, 1u), (2, 1u)], again.Select(m => (m.Number(), m.RedeliveryCount)));
    }

    [Fact]
    public async Task A_close_hands_back_what_was_not_acknowledged_without_counting_it()
    {
        await PublishAsync(10);
        await using var client = NewClient();
        var a = await client.SubscribeAsync(prefetch: 10, name: "a");
        var held = await a.ReceiveAsync(4);
        await a.Acknowledge(held[0]);
        await using var b = await client.SubscribeAsync(name: "b");

        await a.DisposeAsync();

        var rest = await b.ReceiveAsync(9);
        Assert.Equal(Enumerable.Range(1, 9), rest.Select(m => m.Number()).Order());
        Assert.All(rest, m => Assert.Equal(0u, m.RedeliveryCount));
    }

    [Fact]
    public async Task An_old_broker_counts_the_close()
    {
        await using var old = await BrokerProcess.StartAsync("--count-on-close");
        await old.Control.PublishAsync(new() { Topic = Topic, Count = 1 });
        await using var client = new TestClient(old.ServiceUrl, Topic);
        var a = await client.SubscribeAsync();
        await a.ReceiveAsync();
        await using var b = await client.SubscribeAsync();

        await a.DisposeAsync();

        Assert.Equal(1u, (await b.ReceiveAsync()).Single().RedeliveryCount);
    }

    [Fact]
    public async Task The_count_is_forgotten_with_the_last_consumer()
    {
        await PublishAsync(1);
        await using var client = NewClient();
        var a = await client.SubscribeAsync();
        await a.RedeliverUnacknowledgedMessages([(await a.ReceiveAsync()).Single().MessageId]);
        Assert.Equal(1u, (await a.ReceiveAsync()).Single().RedeliveryCount);
        await a.DisposeAsync();

        await using var b = await client.SubscribeAsync();

        Assert.Equal(0u, (await b.ReceiveAsync()).Single().RedeliveryCount);
    }

    [Fact]
    public async Task A_message_acknowledged_twice_shows()
    {
        await PublishAsync(1);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var message = (await consumer.ReceiveAsync()).Single();

        await consumer.Acknowledge(message);
        await consumer.Acknowledge(message);

        await consumer.DisposeAsync();      // its answer comes after both
        var entry = Assert.Single(await Control.DeliveriesAsync(Topic, Subscription));
        Assert.Equal((true, 2), (entry.Acknowledged, entry.Acknowledgements));
    }

    [Fact]
    public async Task A_new_subscription_begins_where_it_says()
    {
        await PublishAsync(2);
        await using var client = NewClient();
        await using var late = client.NewConsumer().SubscriptionName("late").InitialPosition(DotPulsar.SubscriptionInitialPosition.Latest).Create();
        await late.StateChangedTo(DotPulsar.ConsumerState.Active);
        await using var early = client.NewConsumer().SubscriptionName("early").Create();

        await PublishAsync(1, from: 2);

        Assert.Equal(2, (await late.ReceiveAsync()).Single().Number());
        Assert.Equal([0, 1, 2], (await early.ReceiveAsync(3)).Select(m => m.Number()));
    }
}
