using PulsarBroker.Protocol;
using PulsarBroker.Tests.Support;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;
using Type = PulsarBroker.Protocol.Subscribe.Types.Type;

namespace PulsarBroker.Tests;

/// <summary>What only shows in the frames.</summary>
[Collection(BrokerFixture.Collection)]
public sealed class WireTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task The_broker_announces_the_largest_message()
    {
        using var client = await RawClient.ConnectAsync(ServiceUrl);

        await client.WriteAsync(Commands.Connect("again"));

        Assert.Equal(Frame.MaxMessageSize, (await client.ReadAsync(Kind.Connected)).Command.Connected.MaxMessageSize);
    }

    [Fact]
    public async Task A_lookup_leads_to_the_broker_itself()
    {
        using var client = await RawClient.ConnectAsync(ServiceUrl);

        await client.WriteAsync(Commands.Lookup(5, Topic));

        var answer = (await client.ReadAsync(Kind.LookupResponse)).Command.LookupResponse;
        Assert.Equal((5u, LookupResponse.Types.Outcome.Connect, true), (answer.RequestId, answer.Outcome, answer.Authoritative));
        Assert.Equal(ServiceUrl, new Uri(answer.Url));
    }

    [Fact]
    public async Task Permits_are_added_up_and_count_messages()
    {
        await PublishAsync(10);
        using var client = await SubscribedAsync();
        Assert.Empty(await client.UntilPongAsync());

        await client.WriteAsync(Commands.Flow(1, 2));
        await client.WriteAsync(Commands.Flow(1, 3));

        Assert.Equal(5, (await client.UntilPongAsync()).Count(f => f.Command.Kind == Kind.Message));
    }

    [Fact]
    public async Task An_entry_is_sent_whole_for_one_permit_and_is_paid_for_later()
    {
        await PublishAsync(30, batchSize: 10);
        using var client = await SubscribedAsync();

        await client.WriteAsync(Commands.Flow(1, 1));
        Assert.Single(await client.UntilPongAsync());
        await client.WriteAsync(Commands.Flow(1, 9));
        Assert.Empty(await client.UntilPongAsync());
        await client.WriteAsync(Commands.Flow(1, 1));
        Assert.Single(await client.UntilPongAsync());
    }

    [Fact]
    public async Task The_answer_to_a_close_comes_after_the_acknowledgements_before_it()
    {
        await PublishAsync(1);
        using var client = await SubscribedAsync();
        await client.WriteAsync(Commands.Flow(1, 1));
        var message = await client.ReadAsync(Kind.Message);

        await client.WriteAsync(Commands.Ack(1, Ack.Types.Type.Individual, [message.Command.Message.Id]));
        await client.WriteAsync(Commands.CloseConsumer(1, 2));

        Assert.Equal(2u, (await client.ReadAsync(Kind.Success)).Command.Success.RequestId);
        var numbers = (await Control.StatisticsAsync(Topic)).Subscriptions[Subscription];
        Assert.Equal((0, 1, 0), (numbers.MsgBacklog, numbers.Acknowledged, numbers.Consumers.Count));
    }

    [Fact]
    public async Task An_acknowledgement_is_answered_only_if_it_asks_for_it()
    {
        await PublishAsync(1);
        using var client = await SubscribedAsync();
        var ack = Commands.Ack(1, Ack.Types.Type.Individual, [new EntryId { Ledger = 1, Entry = 0 }]);

        await client.WriteAsync(ack);
        Assert.Empty(await client.UntilPongAsync());
        ack.Ack.RequestId = 9;
        await client.WriteAsync(ack);

        Assert.Equal(9u, (await client.ReadAsync(Kind.AckResponse)).Command.AckResponse.RequestId);
    }

    [Fact]
    public async Task Receipts_come_in_order_and_carry_the_place_of_the_message()
    {
        using var client = await ProducingAsync();

        for (var i = 0u; i < 3; i++)
            await client.WriteAsync(Frame.Encode(Commands.Send(4, i), new Metadata { ProducerName = "p" }, "m"u8));

        for (var i = 0u; i < 3; i++)
        {
            var receipt = (await client.ReadAsync(Kind.SendReceipt)).Command.SendReceipt;
            Assert.Equal((4u, i, i, -1), (receipt.ProducerId, receipt.SequenceId, receipt.Id.Entry, receipt.Id.Partition));
        }
    }

    [Fact]
    public async Task A_message_with_a_wrong_checksum_is_not_stored()
    {
        using var client = await ProducingAsync();
        var frame = Frame.Encode(Commands.Send(4, 0), new Metadata { ProducerName = "p" }, "m"u8);
        frame[^1] ^= 1;

        await client.WriteAsync(frame);

        Assert.Equal(ServerError.ChecksumError, (await client.ReadAsync(Kind.SendError)).Command.SendError.Error);
        Assert.Equal(0, (await Control.StatisticsAsync(Topic)).Entries);
    }

    [Fact]
    public async Task The_short_and_the_full_name_are_one_topic()
    {
        await PublishAsync(1);
        using var client = await RawClient.ConnectAsync(ServiceUrl);

        await client.SubscribeAsync($"persistent://public/default/{Topic}", Type.Shared, 1, 1);
        await client.ReadAsync(Kind.Success);
        await client.WriteAsync(Commands.Flow(1, 1));

        Assert.Equal(0u, (await client.ReadAsync(Kind.Message)).Command.Message.Id.Entry);
    }

    [Fact]
    public async Task A_subscription_has_one_type_at_a_time()
    {
        using var client = await SubscribedAsync();

        await client.SubscribeAsync(Topic, Type.KeyShared, 2, 2);

        Assert.Equal(ServerError.ConsumerBusy, (await client.ReadAsync(Kind.Error)).Command.Error.Error);
        await client.WriteAsync(Commands.CloseConsumer(1, 3));
        await client.ReadAsync(Kind.Success);
        await client.SubscribeAsync(Topic, Type.KeyShared, 2, 4);
        await client.ReadAsync(Kind.Success);
    }

    [Fact]
    public async Task Bytes_that_are_no_frame_end_the_connection()
    {
        using var client = await RawClient.ConnectAsync(ServiceUrl);

        await client.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        Assert.True(await client.IsClosedAsync());
    }

    private async Task<RawClient> SubscribedAsync()
    {
        var client = await RawClient.ConnectAsync(ServiceUrl);
        await client.SubscribeAsync(Topic, Type.Shared, consumer: 1, request: 1);
        await client.ReadAsync(Kind.Success);
        return client;
    }

    private async Task<RawClient> ProducingAsync()
    {
        var client = await RawClient.ConnectAsync(ServiceUrl);
        await client.ProduceAsync(Topic, producer: 4, request: 1);
        await client.ReadAsync(Kind.ProducerSuccess);
        return client;
    }
}
