using System.Collections.Concurrent;
using System.Buffers;
using DotPulsar.Exceptions;
using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace DotPulsar.Internal;

/// <summary>A producer's place on one connection.</summary>
internal sealed class ProducerChannel(Connection connection, string topic) : IOnConnection
{
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<Command>> _sends = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ulong _id = connection.NextId();
    private string _name = "";

    /// <summary>Completes when another channel is needed.</summary>
    public Task Ended => _ended.Task;

    public async Task OpenAsync<TMessage>(ProducerOptions<TMessage> options, CancellationToken cancellationToken)
    {
        var producer = new PulsarBroker.Protocol.Producer { Topic = topic, ProducerId = _id, AccessMode = (int)options.ProducerAccessMode };
        if (options.ProducerName is { } name)
            producer.ProducerName = name;
        producer.Metadata.AddRange(options.ProducerProperties.Select(p => new Pair { Key = p.Key, Value = p.Value }));
        if (options.Schema.SchemaInfo.Type != SchemaType.None)
            producer.Schema = options.Schema.SchemaInfo.Wire;

        connection.AddProducer(_id, this);
        try
        {
            var reply = await connection.RequestAsync(
                request =>
                {
                    producer.RequestId = request;
                    return new Command { Kind = Kind.Producer, Producer = producer };
                },
                cancellationToken);
            _name = reply.ProducerSuccess.ProducerName;
        }
        catch
        {
            connection.RemoveProducer(_id);
            throw;
        }
    }

    /// <summary>Returns the receipt, or throws the broker's error.</summary>
    public async Task<SendReceipt> SendAsync(Metadata metadata, ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        metadata.ProducerName = _name;
        metadata.PublishTime = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var frame = Frame.Encode(Commands.Send(_id, metadata.SequenceId), metadata, payload.ToArray());
        if (frame.Length > connection.MaxMessageSize)
            throw new TooLargeMessageException(frame.Length, connection.MaxMessageSize);
        var receipt = _sends[metadata.SequenceId] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_ended.Task.IsCompleted)
            throw new ChannelLostException();
        await connection.WriteAsync(frame, cancellationToken);
        return ServerErrors.OrThrow(await receipt.Task.WaitAsync(cancellationToken)).SendReceipt;
    }

    /// <summary>Waits for the broker's answer without a limit, as the real client does.</summary>
    public async Task CloseAsync()
    {
        try
        {
            if (!_ended.Task.IsCompleted)
                await connection.RequestAsync(request => Commands.CloseProducer(_id, request), CancellationToken.None);
        }
        catch (Exception e) when (e is DotPulsarException or IOException or ObjectDisposedException)
        {
            // With the connection the producer has gone as well.
        }
        connection.RemoveProducer(_id);
        Lost();
    }

    public void Received(Frame frame)
    {
        var command = frame.Command;
        if (command.Kind == Kind.CloseProducer)
        {
            connection.RemoveProducer(_id);
            Lost();
        }
        else if (_sends.TryRemove(command.SendReceipt?.SequenceId ?? command.SendError.SequenceId, out var receipt))
        {
            receipt.TrySetResult(command);
        }
    }

    public void Lost()
    {
        _ended.TrySetResult();
        foreach (var receipt in _sends.Values)
            receipt.TrySetException(new ChannelLostException());
    }
}
