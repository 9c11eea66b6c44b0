using System.Buffers;

namespace DotPulsar.Abstractions;

/// <summary>A message that was received.</summary>
public interface IMessage
{
    MessageId MessageId { get; }

    ReadOnlySequence<byte> Data { get; }

    string ProducerName { get; }

    byte[]? SchemaVersion { get; }

    ulong SequenceId { get; }

    uint RedeliveryCount { get; }

    bool HasEventTime { get; }

    ulong EventTime { get; }

    DateTime EventTimeAsDateTime { get; }

    DateTimeOffset EventTimeAsDateTimeOffset { get; }

    bool HasBase64EncodedKey { get; }

    bool HasKey { get; }

    string? Key { get; }

    byte[]? KeyBytes { get; }

    bool HasOrderingKey { get; }

    byte[]? OrderingKey { get; }

    ulong PublishTime { get; }

    DateTime PublishTimeAsDateTime { get; }

    DateTimeOffset PublishTimeAsDateTimeOffset { get; }

    IReadOnlyDictionary<string, string> Properties { get; }
}

/// <summary>A message with a value its schema reads.</summary>
public interface IMessage<TValue> : IMessage
{
    TValue Value();
}
