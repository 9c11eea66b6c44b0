using System.Text.RegularExpressions;

namespace DotPulsar.Abstractions;

/// <summary>A consumer whatever its messages.</summary>
public interface IConsumer : IGetLastMessageIds, ISeek, IStateHolder<ConsumerState>, IAsyncDisposable
{
    ValueTask Acknowledge(MessageId messageId, CancellationToken cancellationToken = default);

    ValueTask Acknowledge(IEnumerable<MessageId> messageIds, CancellationToken cancellationToken = default);

    ValueTask AcknowledgeCumulative(MessageId messageId, CancellationToken cancellationToken = default);

    Uri ServiceUrl { get; }

    string SubscriptionName { get; }

    SubscriptionType SubscriptionType { get; }

    string Topic { get; }

    ValueTask Unsubscribe(CancellationToken cancellationToken = default);

    ValueTask RedeliverUnacknowledgedMessages(IEnumerable<MessageId> messageIds, CancellationToken cancellationToken = default);

    ValueTask RedeliverUnacknowledgedMessages(CancellationToken cancellationToken = default);
}

/// <summary>A consumer of messages of one type.</summary>
public interface IConsumer<TMessage> : IConsumer, IReceive<IMessage<TMessage>>
{
}

/// <summary>Settings of a consumer.</summary>
public interface IConsumerBuilder<TMessage>
{
    IConsumerBuilder<TMessage> ConsumerName(string name);

    IConsumerBuilder<TMessage> InitialPosition(SubscriptionInitialPosition initialPosition);

    IConsumerBuilder<TMessage> MessagePrefetchCount(uint count);

    IConsumerBuilder<TMessage> PriorityLevel(int priorityLevel);

    IConsumerBuilder<TMessage> ReadCompacted(bool readCompacted);

    IConsumerBuilder<TMessage> RegexSubscriptionMode(RegexSubscriptionMode regexSubscriptionMode);

    IConsumerBuilder<TMessage> ReplicateSubscriptionState(bool replicateSubscriptionState);

    IConsumerBuilder<TMessage> StateChangedHandler(IHandleStateChanged<ConsumerStateChanged> handler);

    IConsumerBuilder<TMessage> SubscriptionName(string name);

    IConsumerBuilder<TMessage> SubscriptionProperty(string key, string value);

    IConsumerBuilder<TMessage> SubscriptionType(SubscriptionType type);

    IConsumerBuilder<TMessage> Topic(string topic);

    IConsumerBuilder<TMessage> Topics(IEnumerable<string> topics);

    IConsumerBuilder<TMessage> TopicsPattern(Regex topicsPattern);

    IConsumerBuilder<TMessage> AllowOutOfOrderDeliver(bool allowOutOfOrderDeliver);

    IConsumer<TMessage> Create();
}

/// <summary>Hands out one message after the other.</summary>
public interface IReceive<TMessage>
{
    ValueTask<TMessage> Receive(CancellationToken cancellationToken = default);
}

/// <summary>Moves to another position.</summary>
public interface ISeek
{
    ValueTask Seek(MessageId messageId, CancellationToken cancellationToken = default);

    ValueTask Seek(ulong publishTime, CancellationToken cancellationToken = default);
}

/// <summary>Knows the last message of each topic or partition.</summary>
public interface IGetLastMessageIds
{
    ValueTask<IEnumerable<MessageId>> GetLastMessageIds(CancellationToken cancellationToken = default);
}
