using DotPulsar.Abstractions;

namespace DotPulsar.Internal;

internal sealed class MessageBuilder<TMessage>(IProducer<TMessage> producer) : IMessageBuilder<TMessage>
{
    private readonly MessageMetadata _metadata = new();

    public IMessageBuilder<TMessage> DeliverAt(long timestamp) => Set(m => m.DeliverAtTime = timestamp);

    public IMessageBuilder<TMessage> DeliverAt(DateTime timestamp) => Set(m => m.DeliverAtTimeAsDateTime = timestamp);

    public IMessageBuilder<TMessage> DeliverAt(DateTimeOffset timestamp) => Set(m => m.DeliverAtTimeAsDateTimeOffset = timestamp);

    public IMessageBuilder<TMessage> EventTime(ulong eventTime) => Set(m => m.EventTime = eventTime);

    public IMessageBuilder<TMessage> EventTime(DateTime eventTime) => Set(m => m.EventTimeAsDateTime = eventTime);

    public IMessageBuilder<TMessage> EventTime(DateTimeOffset eventTime) => Set(m => m.EventTimeAsDateTimeOffset = eventTime);

    public IMessageBuilder<TMessage> Key(string key) => Set(m => m.Key = key);

    public IMessageBuilder<TMessage> KeyBytes(byte[] key) => Set(m => m.KeyBytes = key);

    public IMessageBuilder<TMessage> OrderingKey(byte[] key) => Set(m => m.OrderingKey = key);

    public IMessageBuilder<TMessage> Property(string key, string value) => Set(m => m[key] = value);

    public IMessageBuilder<TMessage> SchemaVersion(byte[] schemaVersion) => Set(m => m.SchemaVersion = schemaVersion);

    public IMessageBuilder<TMessage> SequenceId(ulong sequenceId) => Set(m => m.SequenceId = sequenceId);

    public ValueTask<MessageId> Send(TMessage message, CancellationToken cancellationToken = default) => producer.Send(_metadata, message, cancellationToken);

    private MessageBuilder<TMessage> Set(Action<MessageMetadata> set)
    {
        set(_metadata);
        return this;
    }
}
