using System.Collections.Concurrent;
using Google.Protobuf;
using PulsarBroker.Protocol;
using PulsarBroker.Topics;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Connections;

/// <summary>The producers one client has opened on its connection.</summary>
internal sealed class PublishingSession(Broker broker, ClientConnection connection)
{
    private readonly ConcurrentDictionary<ulong, Publisher> _publishers = new();

    public void Forget(Publisher publisher) => _publishers.TryRemove(publisher.Id, out _);

    public void Close()
    {
        foreach (var id in _publishers.Keys)
            Close(id);
    }

    public void Close(ulong id)
    {
        if (!_publishers.TryRemove(id, out var publisher))
            return;
        lock (publisher.Topic.Gate)
            publisher.Topic.Remove(publisher);
    }

    public Command Open(Producer request)
    {
        var topic = broker.Topic(request.Topic);
        if (FaultSwitch.For(broker.Faults.Current.Producers, topic.Name) is { } error)
            return Commands.Error(request.RequestId, error, "The test made the topic refuse producers");
        var name = request.HasProducerName ? request.ProducerName : $"producer-{connection.Client}-{request.ProducerId}";
        var publisher = new Publisher(connection, request.ProducerId, name, topic);
        _publishers[publisher.Id] = publisher;
        lock (topic.Gate)
            topic.Add(publisher);
        return Commands.ProducerSuccess(request.RequestId, name);
    }

    public void Publish(Send send, Frame frame)
    {
        if (!_publishers.TryGetValue(send.ProducerId, out var publisher))
            return;
        if (FaultSwitch.For(broker.Faults.Current.Sends, publisher.Topic.Name) is { } error)
            connection.Send(Commands.SendError(send, error, "The test made the topic refuse messages"));
        else if (frame.TryGetPayload(out var metadata, out var payload))
            connection.Send(Commands.SendReceipt(send, publisher.Topic.Append(metadata, payload.ToArray())));
        else
            connection.Send(Commands.SendError(send, ServerError.ChecksumError, "The checksum of the message is wrong"));
    }

    /// <summary>Every schema is accepted and none is kept.</summary>
    public static Command Accept(SchemaRequest request) => new()
    {
        Kind = Kind.SchemaResponse,
        SchemaResponse = new() { RequestId = request.RequestId, Version = ByteString.CopyFrom(new byte[8]) },
    };
}
