using DotPulsar.Abstractions;

namespace DotPulsar;

/// <summary>Settings of a reader.</summary>
public sealed class ReaderOptions<TMessage>(MessageId startMessageId, string topic, ISchema<TMessage> schema)
{
    public uint MessagePrefetchCount { get; set; } = ConsumerOptions<TMessage>.DefaultMessagePrefetchCount;

    public bool ReadCompacted { get; set; }

    public string? ReaderName { get; set; }

    public MessageId StartMessageId { get; set; } = startMessageId;

    public string? SubscriptionName { get; set; }

    public string SubscriptionRolePrefix { get; set; } = "reader";

    public string Topic { get; set; } = topic;

    public ISchema<TMessage> Schema { get; set; } = schema;
}
