using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Control;

/// <summary>What the broker does wrong at the moment. A test sets the whole of it; what it leaves out is off.</summary>
public sealed record Faults
{
    /// <summary>Reads nothing and writes nothing on any connection, new ones included, like a process that is stopped.</summary>
    public bool Hang { get; init; }

    /// <summary>Everything the broker writes leaves this much later.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>New connections are refused; the open ones stay.</summary>
    public bool RefuseConnections { get; init; }

    /// <summary>Neither executes nor answers these commands.</summary>
    public IReadOnlyList<Kind> Ignore { get; init; } = [];

    /// <summary>Says to no consumer whether it is the active one of a Failover subscription, as if the client had lost it.</summary>
    public bool KeepActivitySecret { get; init; }

    /// <summary>Closes consumers and producers (an unload, a replay) without telling the client, and says nothing to their commands.</summary>
    public bool KeepClosesSecret { get; init; }

    /// <summary>The error in answer to the question for partitions.</summary>
    public ServerError? Metadata { get; init; }

    /// <summary>The error in answer to LOOKUP.</summary>
    public ServerError? Lookup { get; init; }

    /// <summary>The error in answer to SUBSCRIBE.</summary>
    public ServerError? Subscribe { get; init; }

    /// <summary>The same by topic.</summary>
    public IReadOnlyDictionary<string, ServerError> Subscribes { get; init; } = new Dictionary<string, ServerError>();

    /// <summary>The error in answer to PRODUCER, by topic.</summary>
    public IReadOnlyDictionary<string, ServerError> Producers { get; init; } = new Dictionary<string, ServerError>();

    /// <summary>The error in answer to SEND, by topic.</summary>
    public IReadOnlyDictionary<string, ServerError> Sends { get; init; } = new Dictionary<string, ServerError>();

    /// <summary>Connections that bring another token are refused with an authentication error.</summary>
    public string? RequireToken { get; init; }
}
