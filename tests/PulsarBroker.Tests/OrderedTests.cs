using DotPulsar;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

/// <summary>Exclusive and Failover: one active consumer, everything in order.</summary>
[Collection(BrokerFixture.Collection)]
public sealed class OrderedTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task A_second_exclusive_consumer_waits_until_the_first_has_gone()
    {
        await using var client = NewClient();
        var first = await client.SubscribeAsync(SubscriptionType.Exclusive);
        await using var second = client.NewConsumer(SubscriptionType.Exclusive).Create();
        await client.FailureAsync<ConsumerBusyException>();

        await first.DisposeAsync();

        await second.StateChangedTo(ConsumerState.Active).AsTask().WaitAsync(TestClient.Patience);
    }

    [Theory]
    [InlineData(SubscriptionType.Exclusive)]
    [InlineData(SubscriptionType.Failover)]
    public async Task Handing_back_one_message_rewinds_to_the_first_unacknowledged_and_is_not_counted(SubscriptionType type)
    {
        await PublishAsync(5);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync(type);
        var first = await consumer.ReceiveAsync(5);
        await consumer.Acknowledge(first[0]);

        await consumer.RedeliverUnacknowledgedMessages([first[3].MessageId]);

        var again = await consumer.ReceiveAsync(4);
        Assert.Equal([(1, 0u), (2, 0u), (3, 0u), (4, 0u)], again.Select(m => (m.Number(), m.RedeliveryCount)));
    }

    [Fact]
    public async Task Acknowledging_cumulatively_acknowledges_all_before()
    {
        await PublishAsync(5);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync(SubscriptionType.Failover);
        var messages = await consumer.ReceiveAsync(5);

        await consumer.AcknowledgeCumulative(messages[3]);

        await WhenAsync(s => s.MsgBacklog == 1 && s.UnackedMessages == 1);
    }

    [Fact]
    public async Task The_second_failover_consumer_stands_by()
    {
        await using var client = NewClient();
        await using var a = await client.SubscribeAsync(SubscriptionType.Failover, name: "a");
        await using var b = await client.SubscribeAsync(SubscriptionType.Failover, name: "b");

        var numbers = await WhenAsync(s => s.Consumers.Count == 2 && s.Consumers.Count(c => c.Active) == 1);
        var (active, standby) = numbers.Consumers.Single(c => c.Active).ConsumerName == "a" ? (a, b) : (b, a);
        await active.StateChangedTo(ConsumerState.Active).AsTask().WaitAsync(TestClient.Patience);
        await standby.StateChangedTo(ConsumerState.Inactive).AsTask().WaitAsync(TestClient.Patience);
    }

    [Fact]
    public async Task Among_equal_names_the_newest_takes_over_a_second_later_and_acknowledgements_still_count()
    {
        await PublishAsync(10);
        await using var client = NewClient();
        await using var former = await client.SubscribeAsync(SubscriptionType.Failover, name: "same");
        var held = await former.ReceiveAsync(5);

        await using var newest = await client.SubscribeAsync(SubscriptionType.Failover, name: "same");
        await former.Acknowledge(held[0]);
        await former.Acknowledge(held[1]);

        Assert.Equal(Enumerable.Range(2, 8), (await newest.ReceiveAsync(8)).Select(m => m.Number()));
        await former.StateChangedTo(ConsumerState.Inactive).AsTask().WaitAsync(TestClient.Patience);
    }

    [Fact]
    public async Task The_next_consumer_takes_over_in_order_from_the_first_unacknowledged()
    {
        await PublishAsync(10);
        await using var client = NewClient();
        var a = await client.SubscribeAsync(SubscriptionType.Failover, name: "a", priority: 0);
        var held = await a.ReceiveAsync(5);
        await using var b = await client.SubscribeAsync(SubscriptionType.Failover, name: "b", priority: 1);
        var taking = b.ReceiveAsync(8);
        await a.Acknowledge(held[0]);
        await a.Acknowledge(held[1]);

        await a.DisposeAsync();

        Assert.Equal(Enumerable.Range(2, 8), (await taking).Select(m => m.Number()));
        await b.StateChangedTo(ConsumerState.Active).AsTask().WaitAsync(TestClient.Patience);
    }

    [Fact]
    public async Task A_consumer_with_a_lower_priority_number_takes_over()
    {
        await PublishAsync(2);
        await using var client = NewClient();
        await using var a = await client.SubscribeAsync(SubscriptionType.Failover, name: "a", priority: 1);
        await a.ReceiveAsync(2);

        await using var b = await client.SubscribeAsync(SubscriptionType.Failover, name: "b", priority: 0);

        Assert.Equal([0, 1], (await b.ReceiveAsync(2)).Select(m => m.Number()));
        await a.StateChangedTo(ConsumerState.Inactive).AsTask().WaitAsync(TestClient.Patience);
    }
}
