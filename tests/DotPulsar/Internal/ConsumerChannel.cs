using System.Threading.Channels;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace DotPulsar.Internal;

/// <summary>A consumer's place on one connection, from SUBSCRIBE until the connection or the broker ends it.</summary>
internal sealed class ConsumerChannel<TMessage>(
    Connection connection, ConsumerOptions<TMessage> options, string topic, OpenBatches<TMessage> batches, Action<ConsumerState> changed) : IOnConnection
{
    private readonly Channel<Frame> _queue = Channel.CreateUnbounded<Frame>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _receiving = new(1);
    private readonly ulong _id = connection.NextId();
    private uint _permits = options.MessagePrefetchCount;
    private uint _untilFlow;

    /// <summary>Completes when another channel is needed.</summary>
    public Task Ended => _ended.Task;

    public async Task SubscribeAsync(string consumerName, CancellationToken cancellationToken)
    {
        var subscribe = options.ToSubscribe(topic, consumerName, _id);
        connection.AddConsumer(_id, this);
        try
        {
            await connection.RequestAsync(
                request =>
                {
                    subscribe.RequestId = request;
                    return new Command { Kind = Kind.Subscribe, Subscribe = subscribe };
                },
                cancellationToken);
        }
        catch
        {
            connection.RemoveConsumer(_id);
            throw;
        }
    }

    public async Task<IMessage<TMessage>> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _receiving.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                await AskAsync(cancellationToken);
                _untilFlow--;
                try
                {
                    if (batches.Next() is { } message)
                        return message;
                    var frame = await _queue.Reader.ReadAsync(cancellationToken);
                    if (await UnpackAsync(frame, cancellationToken) is { } first)
                        return first;
                }
                catch (Exception e) when (e is not CompressionException)
                {
                    _untilFlow++;   // nothing was received
                    throw e is ChannelClosedException ? new ChannelLostException() : e;
                }
            }
        }
        finally
        {
            _receiving.Release();
        }
    }

    /// <summary>Only the first of several ids is looked up among the open batches: so does DotPulsar 5.3.</summary>
    public async Task AcknowledgeAsync(Ack.Types.Type type, IReadOnlyList<MessageId> ids, CancellationToken cancellationToken)
    {
        var wire = ids.Select(ToWire).ToArray();
        if (wire[0].BatchIndex != -1)
        {
            if (batches.Acknowledge(wire[0]) is not { } entry)
                return;
            wire[0] = entry;
        }
        await connection.WriteAsync(Commands.Ack(_id, type, wire), cancellationToken);
    }

    public Task RedeliverAsync(IEnumerable<MessageId> ids, CancellationToken cancellationToken) =>
        connection.WriteAsync(Commands.Redeliver(_id, ids.Select(ToWire)), cancellationToken);

    public Task UnsubscribeAsync(CancellationToken cancellationToken) => connection.RequestAsync(
        request => new() { Kind = Kind.Unsubscribe, Unsubscribe = new() { ConsumerId = _id, RequestId = request } }, cancellationToken);

    public async Task SeekAsync(MessageId? id, ulong publishTime, CancellationToken cancellationToken)
    {
        await connection.RequestAsync(
            request =>
            {
                var seek = new Seek { ConsumerId = _id, RequestId = request };
                if (id is not null)
                    seek.Id = ToWire(id);
                else
                    seek.PublishTime = publishTime;
                return new() { Kind = Kind.Seek, Seek = seek };
            },
            cancellationToken);
        batches.Clear();
    }

    public async Task<MessageId> LastIdAsync(CancellationToken cancellationToken)
    {
        var reply = await connection.RequestAsync(
            request => new() { Kind = Kind.LastId, LastId = new() { ConsumerId = _id, RequestId = request } }, cancellationToken);
        var id = reply.LastIdResponse.Id;
        var read = new MessageId(id.Ledger, id.Entry, id.Partition, id.BatchIndex);
        return read == MessageId.Earliest ? MessageId.Earliest : new MessageId(id.Ledger, id.Entry, id.Partition, id.BatchIndex, topic);
    }

    /// <summary>Waits for the broker's answer without a limit, as the real client does.</summary>
    public async Task CloseAsync()
    {
        try
        {
            if (!_ended.Task.IsCompleted)
                await connection.RequestAsync(request => Commands.CloseConsumer(_id, request), CancellationToken.None);
        }
        catch (Exception e) when (e is DotPulsarException or IOException or ObjectDisposedException)
        {
            // With the connection the consumer has gone as well.
        }
        connection.RemoveConsumer(_id);
        Lost();
    }

    public void Received(Frame frame)
    {
        switch (frame.Command.Kind)
        {
            case Kind.Message:
                _queue.Writer.TryWrite(frame);
                break;
            case Kind.ActiveChange:
                changed(frame.Command.ActiveChange.Active ? ConsumerState.Active : ConsumerState.Inactive);
                break;
            case Kind.EndOfTopic:
                changed(ConsumerState.ReachedEndOfTopic);
                break;
            case Kind.CloseConsumer:
                connection.RemoveConsumer(_id);
                _ended.TrySetResult();
                break;
        }
    }

    public void Lost()
    {
        _queue.Writer.TryComplete();
        _ended.TrySetResult();
    }

    private static EntryId ToWire(MessageId id) =>
        new() { Ledger = id.LedgerId, Entry = id.EntryId, Partition = id.Partition, BatchIndex = id.BatchIndex };

    /// <summary>The whole prefetch first, then half of it whenever half has been received.</summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        if (_untilFlow > 0)
            return;
        await connection.WriteAsync(Commands.Flow(_id, _permits), cancellationToken);
        if (_permits == options.MessagePrefetchCount)
            _permits = (_permits + 1) / 2;
        _untilFlow = _permits;
    }

    private async Task<IMessage<TMessage>?> UnpackAsync(Frame frame, CancellationToken cancellationToken)
    {
        var delivery = frame.Command.Message;
        if (!frame.TryGetPayload(out var metadata, out var payload))
            return await RejectAsync(Ack.Types.ValidationError.ChecksumMismatch);
        if (metadata.Compression != 0)
            throw new CompressionException($"Support for {(CompressionType)metadata.Compression} compression was not found");
        var id = delivery.Id;
        if (!metadata.HasNumMessages)
        {
            var single = new MessageId(id.Ledger, id.Entry, id.Partition, id.BatchIndex, topic);
            return new Message<TMessage>(single, payload, delivery.RedeliveryCount, metadata, null, options.Schema);
        }
        try
        {
            batches.Add(delivery, metadata, payload);
            return batches.Next();
        }
        catch (Exception e) when (e is InvalidDataException or Google.Protobuf.InvalidProtocolBufferException)
        {
            return await RejectAsync(Ack.Types.ValidationError.BatchDeserializeError);
        }

        async Task<IMessage<TMessage>?> RejectAsync(Ack.Types.ValidationError error)
        {
            var reject = Commands.Ack(_id, Ack.Types.Type.Individual, [delivery.Id]);
            reject.Ack.ValidationError = error;
            await connection.WriteAsync(reject, cancellationToken);
            return null;
        }
    }
}
