using Google.Protobuf;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Protocol;

/// <summary>Makes commands with every field the protocol requires.</summary>
public static class Commands
{
    /// <summary>The newest protocol version of which nothing here is missing; DotPulsar 5.3 announces the same.</summary>
    public const int ProtocolVersion = 14;

    public static Command Connected() => new()
    {
        Kind = Kind.Connected,
        Connected = new() { ServerVersion = "PulsarBroker for tests", ProtocolVersion = ProtocolVersion, MaxMessageSize = Frame.MaxMessageSize },
    };

    public static Command Success(ulong request) => new() { Kind = Kind.Success, Success = new() { RequestId = request } };

    public static Command Error(ulong request, ServerError error, string text) =>
        new() { Kind = Kind.Error, Error = new() { RequestId = request, Error = error, Text = text } };

    public static Command Ping() => new() { Kind = Kind.Ping, Ping = new() };

    public static Command Pong() => new() { Kind = Kind.Pong, Pong = new() };

    public static Command Connect(string clientVersion, string? authMethod = null, ReadOnlySpan<byte> authData = default)
    {
        var connect = new Connect { ClientVersion = clientVersion, ProtocolVersion = ProtocolVersion };
        if (authMethod is not null)
            (connect.AuthMethod, connect.AuthData) = (authMethod, ByteString.CopyFrom(authData));
        return new() { Kind = Kind.Connect, Connect = connect };
    }

    public static Command Lookup(ulong request, string topic) =>
        new() { Kind = Kind.Lookup, Lookup = new() { RequestId = request, Topic = topic, Authoritative = false } };

    /// <summary>A client that enforces encryption looks at the one kind of url, a client that enforces none at the other.</summary>
    public static Command LookupFound(ulong request, string url)
    {
        var found = new LookupResponse { RequestId = request, Outcome = LookupResponse.Types.Outcome.Connect, Authoritative = true };
        if (url.StartsWith("pulsar+ssl:", StringComparison.Ordinal))
            found.UrlTls = url;
        else
            found.Url = url;
        return new() { Kind = Kind.LookupResponse, LookupResponse = found };
    }

    public static Command LookupFailed(ulong request, ServerError error, string text) => new()
    {
        Kind = Kind.LookupResponse,
        LookupResponse = new() { RequestId = request, Outcome = LookupResponse.Types.Outcome.Failed, Error = error, Text = text },
    };

    public static Command Partitions(ulong request, string topic) =>
        new() { Kind = Kind.Partitions, Partitions = new() { RequestId = request, Topic = topic } };

    public static Command PartitionsFound(ulong request, int count) => new()
    {
        Kind = Kind.PartitionsResponse,
        PartitionsResponse = new() { RequestId = request, Outcome = PartitionsResponse.Types.Outcome.Success, Partitions = (uint)count },
    };

    public static Command PartitionsFailed(ulong request, ServerError error, string text) => new()
    {
        Kind = Kind.PartitionsResponse,
        PartitionsResponse = new() { RequestId = request, Outcome = PartitionsResponse.Types.Outcome.Failed, Error = error, Text = text },
    };

    public static Command Flow(ulong consumer, uint permits) => new() { Kind = Kind.Flow, Flow = new() { ConsumerId = consumer, Permits = permits } };

    public static Command Message(ulong consumer, EntryId id, uint redeliveryCount) => new()
    {
        Kind = Kind.Message,
        Message = new() { ConsumerId = consumer, Id = id, RedeliveryCount = redeliveryCount },
    };

    public static Command Ack(ulong consumer, Ack.Types.Type type, IEnumerable<EntryId> ids)
    {
        var ack = new Ack { ConsumerId = consumer, Type = type };
        ack.Ids.AddRange(ids);
        return new() { Kind = Kind.Ack, Ack = ack };
    }

    public static Command Redeliver(ulong consumer, IEnumerable<EntryId> ids)
    {
        var redeliver = new Redeliver { ConsumerId = consumer };
        redeliver.Ids.AddRange(ids);
        return new() { Kind = Kind.Redeliver, Redeliver = redeliver };
    }

    public static Command ActiveChange(ulong consumer, bool active) =>
        new() { Kind = Kind.ActiveChange, ActiveChange = new() { ConsumerId = consumer, Active = active } };

    /// <summary>The side that answers to nobody (the broker) gives no request id; Pulsar writes -1 as an unsigned number then.</summary>
    public static Command CloseConsumer(ulong consumer, ulong request = ulong.MaxValue) =>
        new() { Kind = Kind.CloseConsumer, CloseConsumer = new() { ConsumerId = consumer, RequestId = request } };

    /// <inheritdoc cref="CloseConsumer"/>
    public static Command CloseProducer(ulong producer, ulong request = ulong.MaxValue) =>
        new() { Kind = Kind.CloseProducer, CloseProducer = new() { ProducerId = producer, RequestId = request } };

    public static Command ProducerSuccess(ulong request, string name) => new()
    {
        Kind = Kind.ProducerSuccess,
        ProducerSuccess = new() { RequestId = request, ProducerName = name, LastSequenceId = -1, SchemaVersion = ByteString.Empty, Ready = true },
    };

    public static Command Send(ulong producer, ulong sequence, int messages = 1) =>
        new() { Kind = Kind.Send, Send = new() { ProducerId = producer, SequenceId = sequence, NumMessages = messages } };

    public static Command SendReceipt(Send send, EntryId id) =>
        new() { Kind = Kind.SendReceipt, SendReceipt = new() { ProducerId = send.ProducerId, SequenceId = send.SequenceId, Id = id } };

    public static Command SendError(Send send, ServerError error, string text) => new()
    {
        Kind = Kind.SendError,
        SendError = new() { ProducerId = send.ProducerId, SequenceId = send.SequenceId, Error = error, Text = text },
    };
}
