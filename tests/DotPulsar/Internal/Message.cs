using System.Buffers;
using DotPulsar.Abstractions;
using ByteString = Google.Protobuf.ByteString;
using Wire = PulsarBroker.Protocol;

namespace DotPulsar.Internal;

/// <summary>
/// A message, with what DotPulsar 5.3 gets wrong: a message without a key has the key "" and so always "has" one,
/// and KeyBytes throws a FormatException for a key that is not base64.
/// </summary>
internal sealed class Message<TValue> : IMessage<TValue>
{
    private readonly ISchema<TValue> _schema;

    public Message(MessageId id, ReadOnlyMemory<byte> data, uint redeliveryCount, Wire.Metadata metadata, Wire.SingleMetadata? single, ISchema<TValue> schema)
    {
        _schema = schema;
        MessageId = id;
        Data = new(data);
        RedeliveryCount = redeliveryCount;
        ProducerName = metadata.ProducerName;
        PublishTime = metadata.PublishTime;
        SchemaVersion = BytesOrNull(metadata.SchemaVersion);
        SequenceId = single?.SequenceId ?? metadata.SequenceId;
        EventTime = single?.EventTime ?? metadata.EventTime;
        Key = single?.Key ?? metadata.Key;
        HasBase64EncodedKey = single?.KeyIsBase64 ?? metadata.KeyIsBase64;
        OrderingKey = BytesOrNull(single?.OrderingKey ?? metadata.OrderingKey);
        Properties = (single?.Properties ?? metadata.Properties).ToDictionary(p => p.Key, p => p.Value);
    }

    public MessageId MessageId { get; }

    public ReadOnlySequence<byte> Data { get; }

    public string ProducerName { get; }

    public byte[]? SchemaVersion { get; }

    public ulong SequenceId { get; }

    public uint RedeliveryCount { get; }

    public bool HasEventTime => EventTime != 0;

    public ulong EventTime { get; }

    public DateTime EventTimeAsDateTime => EventTimeAsDateTimeOffset.UtcDateTime;

    public DateTimeOffset EventTimeAsDateTimeOffset => DateTimeOffset.FromUnixTimeMilliseconds((long)EventTime);

    public bool HasBase64EncodedKey { get; }

    public bool HasKey => Key is not null;

    public string? Key { get; }

    public byte[]? KeyBytes => Key is null ? null : Convert.FromBase64String(Key);

    public bool HasOrderingKey => OrderingKey is not null;

    public byte[]? OrderingKey { get; }

    public ulong PublishTime { get; }

    public DateTime PublishTimeAsDateTime => PublishTimeAsDateTimeOffset.UtcDateTime;

    public DateTimeOffset PublishTimeAsDateTimeOffset => DateTimeOffset.FromUnixTimeMilliseconds((long)PublishTime);

    public IReadOnlyDictionary<string, string> Properties { get; }

    public TValue Value() => _schema.Decode(Data);

    private static byte[]? BytesOrNull(ByteString bytes) => bytes.IsEmpty ? null : bytes.ToByteArray();
}
