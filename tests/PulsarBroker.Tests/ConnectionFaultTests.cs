using System.Diagnostics;
using System.Net.Sockets;
using DotPulsar;
using DotPulsar.Extensions;
using PulsarBroker.Protocol;
using PulsarBroker.Tests.Support;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Tests;

/// <summary>Faults of connections: each has its effect, and its end.</summary>
[Collection(BrokerFixture.Collection)]
public sealed class ConnectionFaultTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task A_broker_that_hangs_answers_nothing_and_goes_on_where_it_was()
    {
        using var raw = await RawClient.ConnectAsync(ServiceUrl);
        await Control.SetFaultsAsync(new() { Hang = true });

        var pong = raw.UntilPongAsync();
        var late = RawClient.ConnectAsync(ServiceUrl);
        await PublishAsync(1);      // the control port does not hang

        Assert.False(pong.IsCompleted);
        Assert.False(late.IsCompleted);
        Assert.DoesNotContain(await Control.CommandsAsync(), c => c.Client == raw.Address && c.Kind == "Ping");
        await Control.SetFaultsAsync(new());
        Assert.Empty(await pong);
        (await late).Dispose();
    }

    [Fact]
    public async Task A_hanging_broker_executes_what_it_had_not_read_once_it_goes_on()
    {
        await PublishAsync(1);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        var message = (await consumer.ReceiveAsync()).Single();
        await Control.SetFaultsAsync(new() { Hang = true });

        await consumer.Acknowledge(message);
        var closing = consumer.DisposeAsync().AsTask();

        Assert.Equal(1, (await Control.StatisticsAsync(Topic)).Subscriptions[Subscription].MsgBacklog);
        Assert.False(closing.IsCompleted);
        await Control.SetFaultsAsync(new());
        await closing.WaitAsync(TestClient.Patience);
        await WhenAsync(s => s.MsgBacklog == 0 && s.Consumers.Count == 0);
    }

    [Fact]
    public async Task The_keep_alive_ends_a_connection_to_a_broker_that_hangs()
    {
        await using var client = NewClient(b => b.KeepAliveInterval(TimeSpan.FromMilliseconds(300)));
        await using var consumer = await client.SubscribeAsync();
        await Control.SetFaultsAsync(new() { Hang = true });

        await consumer.StateChangedTo(ConsumerState.Disconnected).AsTask().WaitAsync(TestClient.Patience);

        await Control.SetFaultsAsync(new());
        await consumer.StateChangedTo(ConsumerState.Active).AsTask().WaitAsync(TestClient.Patience);
    }

    [Fact]
    public async Task Dropped_connections_hand_back_what_they_held_and_clients_return()
    {
        await PublishAsync(5);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync(prefetch: 5);
        await consumer.ReceiveAsync(5);
        var disconnected = consumer.StateChangedTo(ConsumerState.Disconnected).AsTask();

        await Control.DropConnectionsAsync();

        await disconnected.WaitAsync(TestClient.Patience);
        Assert.Equal(Enumerable.Range(0, 5), (await consumer.ReceiveAsync(5)).Select(m => m.Number()).Order());
        await WhenAsync(s => s.Redeliveries == 5 && s.Consumers.Count == 1);
    }

    [Fact]
    public async Task Refused_connections_are_refused_and_the_open_ones_stay()
    {
        using var open = await RawClient.ConnectAsync(ServiceUrl);

        await Control.SetFaultsAsync(new() { RefuseConnections = true });

        var refused = await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(ServiceUrl));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Empty(await open.UntilPongAsync());
        await Control.SetFaultsAsync(new());
        (await RawClient.ConnectAsync(ServiceUrl)).Dispose();
    }

    [Fact]
    public async Task A_client_finds_a_broker_again_that_was_down()
    {
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        await Control.SetFaultsAsync(new() { RefuseConnections = true });
        await Control.DropConnectionsAsync();
        await client.FailureAsync<SocketException>();

        await Control.SetFaultsAsync(new());
        await PublishAsync(1);

        await consumer.ReceiveAsync();
    }

    [Fact]
    public async Task A_delay_puts_off_every_answer_and_keeps_their_order()
    {
        using var raw = await RawClient.ConnectAsync(ServiceUrl);
        await raw.ProduceAsync(Topic, 1, 1);
        await raw.ReadAsync(Kind.ProducerSuccess);
        await Control.SetFaultsAsync(new() { DelayMilliseconds = 200 });
        var clock = Stopwatch.StartNew();

        for (var i = 0u; i < 20; i++)
            await raw.WriteAsync(Frame.Encode(Commands.Send(1, i), new Metadata { ProducerName = "p" }, "m"u8));
        for (var i = 0u; i < 20; i++)
            Assert.Equal(i, (await raw.ReadAsync(Kind.SendReceipt)).Command.SendReceipt.SequenceId);

        // All of them wait at the same time, not one after the other.
        Assert.InRange(clock.ElapsedMilliseconds, 200, 20 * 200 / 2);
    }

    [Fact]
    public async Task A_close_that_is_never_answered_leaves_the_consumer_where_it_was()
    {
        await PublishAsync(1);
        await using var client = NewClient();
        var consumer = await client.SubscribeAsync();
        await consumer.ReceiveAsync();
        await Control.SetFaultsAsync(new() { Ignore = [Kind.CloseConsumer] });

        var closing = consumer.DisposeAsync().AsTask();
        await Control.WhenAsync(commands => commands.Any(c => c.Kind == "CloseConsumer" && commands.Last(s => s.Kind == "Subscribe").Client == c.Client));

        Assert.False(closing.IsCompleted);
        Assert.Equal(1, (await Control.StatisticsAsync(Topic)).Subscriptions[Subscription].UnackedMessages);
        await Control.DropConnectionsAsync();       // what an impatient client does
        await closing.WaitAsync(TestClient.Patience);
        await WhenAsync(s => s.Consumers.Count == 0);
    }

    [Fact]
    public async Task A_question_for_the_last_id_that_is_never_answered_keeps_the_consumer()
    {
        await using var client = NewClient();
        var consumer = await client.SubscribeAsync();
        await Control.SetFaultsAsync(new() { Ignore = [Kind.LastId] });

        var asking = consumer.GetLastMessageIds().AsTask();
        await Control.WhenAsync(commands => commands.Any(c => c.Kind == "LastId"));
        await PublishAsync(1);

        Assert.Single(await consumer.ReceiveAsync());
        Assert.False(asking.IsCompleted);
    }

    [Fact]
    public async Task After_an_unload_consumers_and_producers_return()
    {
        await PublishAsync(3);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        await using var producer = client.NewProducer();
        await producer.Send("m"u8.ToArray());
        await consumer.RedeliverUnacknowledgedMessages([(await consumer.ReceiveAsync(3))[0].MessageId]);
        var before = await WhenAsync(s => s.MaxRedeliveryCount == 1);

        await Control.UnloadAsync(Topic);

        await producer.Send("m"u8.ToArray());
        var again = await WhenAsync(s => s.Consumers.Count == 1);
        Assert.Equal(before.Consumers.Single().Address, again.Consumers.Single().Address);      // the connection stayed
        while (await Control.DeliveriesAsync(Topic, Subscription) is var entries && entries.Any(e => e.DeliveredTo.Count == 0))
            await consumer.ReceiveAsync();
        Assert.All(await Control.DeliveriesAsync(Topic, Subscription), e => Assert.Equal(0u, e.RedeliveryCount));
    }
}
