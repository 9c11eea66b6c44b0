namespace DotPulsar.Abstractions;

/// <summary>Reads a topic without a subscription that stays.</summary>
public interface IReader : IGetLastMessageIds, ISeek, IStateHolder<ReaderState>, IAsyncDisposable
{
    Uri ServiceUrl { get; }

    string Topic { get; }
}

/// <summary>Reads messages of a type.</summary>
public interface IReader<TMessage> : IReader, IReceive<IMessage<TMessage>>;

/// <summary>Settings of a reader.</summary>
public interface IReaderBuilder<TMessage>
{
    IReaderBuilder<TMessage> MessagePrefetchCount(uint count);

    IReaderBuilder<TMessage> ReadCompacted(bool readCompacted);

    IReaderBuilder<TMessage> ReaderName(string name);

    IReaderBuilder<TMessage> StartMessageId(MessageId messageId);

    IReaderBuilder<TMessage> SubscriptionName(string name);

    IReaderBuilder<TMessage> SubscriptionRolePrefix(string subscriptionRolePrefix);

    IReaderBuilder<TMessage> Topic(string topic);

    IReader<TMessage> Create();
}
