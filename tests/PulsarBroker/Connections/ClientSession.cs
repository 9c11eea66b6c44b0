using System.Collections.Concurrent;
using System.Text;
using PulsarBroker.Control;
using PulsarBroker.Protocol;
using PulsarBroker.Topics;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Connections;

/// <summary>What one client has opened on its connection, and the answer to each of its commands.</summary>
internal sealed class ClientSession(Broker broker, ClientConnection connection)
{
    private readonly ConcurrentDictionary<ulong, Consumer> _consumers = new();
    private readonly PublishingSession _publishing = new(broker, connection);

    private Faults Faults => broker.Faults.Current;

    public void Forget(Consumer consumer) => _consumers.TryRemove(consumer.Id, out _);

    public void Forget(Publisher publisher) => _publishing.Forget(publisher);

    /// <summary>Returns false when the connection must end.</summary>
    public bool Handle(Frame frame)
    {
        var command = frame.Command;
        if (Faults.Ignore.Contains(command.Kind)) return true;
        switch (command.Kind)
        {
            case Kind.Connect:
                return Connect(command.Connect);
            case Kind.Ping:
                connection.Send(Commands.Pong());
                break;
            case Kind.Lookup:
                connection.Send(Lookup(command.Lookup));
                break;
            case Kind.Partitions:
                connection.Send(Partitions(command.Partitions));
                break;
            case Kind.Subscribe:
                Subscribe(command.Subscribe);
                break;
            case Kind.Flow:
                With(command.Flow.ConsumerId, c => c.Subscription.Grant(c, command.Flow.Permits));
                break;
            case Kind.Ack:
                Acknowledge(command.Ack);
                break;
            case Kind.Redeliver:
                With(command.Redeliver.ConsumerId, c => c.Subscription.Redeliver(c, command.Redeliver));
                break;
            case Kind.Unsubscribe:
                Unsubscribe(command.Unsubscribe);
                break;
            case Kind.Seek:
                Seek(command.Seek);
                break;
            case Kind.LastId:
                With(command.LastId.ConsumerId, c => connection.Send(LastId(command.LastId, c.Subscription.Topic)));
                break;
            case Kind.CloseConsumer:
                CloseConsumer(command.CloseConsumer.ConsumerId);
                connection.Send(Commands.Success(command.CloseConsumer.RequestId));
                break;
            case Kind.Producer:
                connection.Send(_publishing.Open(command.Producer));
                break;
            case Kind.Send:
                _publishing.Publish(command.Send, frame);
                break;
            case Kind.Schema:
                connection.Send(PublishingSession.Accept(command.Schema));
                break;
            case Kind.CloseProducer:
                _publishing.Close(command.CloseProducer.ProducerId);
                connection.Send(Commands.Success(command.CloseProducer.RequestId));
                break;
        }
        return true;
    }

    /// <summary>The connection has ended: what its consumers held goes to others.</summary>
    public void Close()
    {
        foreach (var id in _consumers.Keys)
            CloseConsumer(id);
        _publishing.Close();
    }

    private bool Connect(Connect connect)
    {
        if (Faults.RequireToken is { } token && Encoding.UTF8.GetString(connect.AuthData.Span) != token)
        {
            connection.Send(Commands.Error(ulong.MaxValue, ServerError.AuthenticationError, "The token is not the required one"));
            return false;
        }
        connection.Send(Commands.Connected());
        return true;
    }

    private Command Lookup(Lookup lookup) => Faults.Lookup is { } error
        ? Commands.LookupFailed(lookup.RequestId, error, "The test made the lookup fail")
        : Commands.LookupFound(lookup.RequestId, broker.ServiceUrl);

    private Command Partitions(TopicRequest request) => Faults.Metadata is { } error
        ? Commands.PartitionsFailed(request.RequestId, error, "The test made the metadata unavailable")
        : Commands.PartitionsFound(request.RequestId, broker.Partitions(request.Topic));

    private void Subscribe(Subscribe request)
    {
        if ((Faults.Subscribe ?? FaultSwitch.For(Faults.Subscribes, TopicName.Full(request.Topic))) is { } error)
        {
            connection.Send(Commands.Error(request.RequestId, error, "The test made the subscription fail"));
            return;
        }
        var topic = broker.Topic(request.Topic);
        lock (topic.Gate)
        {
            var subscription = topic.Subscription(request);
            if (subscription.Refuse(request.Type) is { } reason)
            {
                connection.Send(Commands.Error(request.RequestId, ServerError.ConsumerBusy, reason));
                return;
            }
            var consumer = new Consumer(connection, request.ConsumerId, request.ConsumerName, request.Priority, subscription);
            _consumers[consumer.Id] = consumer;
            connection.Send(Commands.Success(request.RequestId));
            subscription.Add(consumer);
        }
    }

    private void Acknowledge(Ack ack)
    {
        With(ack.ConsumerId, c => c.Subscription.Acknowledge(ack));
        if (ack.HasRequestId)
            connection.Send(new() { Kind = Kind.AckResponse, AckResponse = new() { ConsumerId = ack.ConsumerId, RequestId = ack.RequestId } });
    }

    private void Unsubscribe(ConsumerRequest request) => With(request.ConsumerId, consumer =>
    {
        var subscription = consumer.Subscription;
        if (subscription.Consumers.Count > 1)
        {
            connection.Send(Commands.Error(request.RequestId, ServerError.ConsumerBusy, "Subscription has other consumers"));
            return;
        }
        Forget(consumer);
        subscription.Topic.Delete(subscription);
        connection.Send(Commands.Success(request.RequestId));
    });

    private void Seek(Seek seek) => With(seek.ConsumerId, consumer =>
    {
        var subscription = consumer.Subscription;
        Topic.CloseConsumers(subscription);
        subscription.Cursor.MoveTo(subscription.Topic.Position(seek));
        connection.Send(Commands.Success(seek.RequestId));
    });

    // ulong.MaxValue is how Pulsar says "no message yet".
    private static Command LastId(ConsumerRequest request, Topic topic) => new()
    {
        Kind = Kind.LastIdResponse,
        LastIdResponse = new()
        {
            RequestId = request.RequestId,
            Id = topic.Entries.Count > 0 ? topic.Id(topic.Entries.Count - 1) : new EntryId { Ledger = ulong.MaxValue, Entry = ulong.MaxValue, Partition = topic.Partition },
        },
    };

    private void With(ulong id, Action<Consumer> action)
    {
        if (!_consumers.TryGetValue(id, out var consumer))
            return;     // closed meanwhile, by an unload for instance
        lock (consumer.Subscription.Topic.Gate)
            action(consumer);
    }

    private void CloseConsumer(ulong id) => With(id, consumer =>
    {
        Forget(consumer);
        consumer.Subscription.Remove(consumer);
    });
}
