namespace DotPulsar.Abstractions;

/// <summary>A producer whatever its messages.</summary>
public interface IProducer : IStateHolder<ProducerState>, IAsyncDisposable
{
    Uri ServiceUrl { get; }

    string Topic { get; }
}

/// <summary>A producer of messages of one type.</summary>
public interface IProducer<TMessage> : IProducer, ISend<TMessage>
{
}

/// <summary>Sends a message and waits until the broker has stored it.</summary>
public interface ISend<TMessage>
{
    ValueTask<MessageId> Send(MessageMetadata metadata, TMessage message, CancellationToken cancellationToken = default);
}

/// <summary>Settings of a producer.</summary>
public interface IProducerBuilder<TMessage>
{
    IProducerBuilder<TMessage> AttachTraceInfoToMessages(bool attachTraceInfoToMessages);

    IProducerBuilder<TMessage> CompressionType(CompressionType compressionType);

    IProducerBuilder<TMessage> InitialSequenceId(ulong initialSequenceId);

    IProducerBuilder<TMessage> ProducerAccessMode(ProducerAccessMode producerAccessMode);

    IProducerBuilder<TMessage> ProducerName(string name);

    IProducerBuilder<TMessage> StateChangedHandler(IHandleStateChanged<ProducerStateChanged> handler);

    IProducerBuilder<TMessage> Topic(string topic);

    IProducerBuilder<TMessage> MessageRouter(IMessageRouter messageRouter);

    IProducerBuilder<TMessage> MaxPendingMessages(uint maxPendingMessages);

    IProducerBuilder<TMessage> ProducerProperty(string key, string value);

    IProducer<TMessage> Create();
}

/// <summary>Builds one message and sends it.</summary>
public interface IMessageBuilder<TMessage>
{
    IMessageBuilder<TMessage> DeliverAt(long timestamp);

    IMessageBuilder<TMessage> DeliverAt(DateTime timestamp);

    IMessageBuilder<TMessage> DeliverAt(DateTimeOffset timestamp);

    IMessageBuilder<TMessage> EventTime(ulong eventTime);

    IMessageBuilder<TMessage> EventTime(DateTime eventTime);

    IMessageBuilder<TMessage> EventTime(DateTimeOffset eventTime);

    IMessageBuilder<TMessage> Key(string key);

    IMessageBuilder<TMessage> KeyBytes(byte[] key);

    IMessageBuilder<TMessage> OrderingKey(byte[] key);

    IMessageBuilder<TMessage> Property(string key, string value);

    IMessageBuilder<TMessage> SchemaVersion(byte[] schemaVersion);

    IMessageBuilder<TMessage> SequenceId(ulong sequenceId);

    ValueTask<MessageId> Send(TMessage message, CancellationToken cancellationToken = default);
}

/// <summary>Chooses the partition of a message.</summary>
public interface IMessageRouter
{
    int ChoosePartition(MessageMetadata messageMetadata, int numberOfPartitions);
}
