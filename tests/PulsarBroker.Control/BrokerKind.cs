namespace PulsarBroker.Control;

/// <summary>Which broker a test or a run uses.</summary>
public enum BrokerKind
{
    /// <summary>tests/PulsarBroker, which also breaks on command.</summary>
    Test,

    /// <summary>Apache Pulsar itself, at its defaults.</summary>
    Apache,
}
