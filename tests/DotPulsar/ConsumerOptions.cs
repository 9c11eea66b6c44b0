using DotPulsar.Abstractions;

namespace DotPulsar;

/// <summary>Settings of a consumer.</summary>
public sealed class ConsumerOptions<TMessage>
{
    public static readonly SubscriptionInitialPosition DefaultInitialPosition = SubscriptionInitialPosition.Latest;

    public static readonly uint DefaultMessagePrefetchCount = 1000;

    public static readonly int DefaultPriorityLevel = 0;

    public static readonly bool DefaultReadCompacted = false;

    public static readonly RegexSubscriptionMode DefaultRegexSubscriptionMode = RegexSubscriptionMode.Persistent;

    public static readonly bool DefaultReplicateSubscriptionState = false;

    public static readonly SubscriptionType DefaultSubscriptionType = SubscriptionType.Exclusive;

    private readonly HashSet<string> _topics;

    public ConsumerOptions(string subscriptionName, string topic, ISchema<TMessage> schema) =>
        (SubscriptionName, Topic, Schema, _topics) = (subscriptionName, topic, schema, []);

    public ConsumerOptions(string subscriptionName, IEnumerable<string> topics, ISchema<TMessage> schema) =>
        (SubscriptionName, Topic, Schema, _topics) = (subscriptionName, "", schema, [.. topics]);

    public string? ConsumerName { get; set; }

    /// <summary>False: the subscription goes with its consumer, as a reader's does.</summary>
    internal bool IsDurable { get; set; } = true;

    public SubscriptionInitialPosition InitialPosition { get; set; } = DefaultInitialPosition;

    public uint MessagePrefetchCount { get; set; } = DefaultMessagePrefetchCount;

    public int PriorityLevel { get; set; } = DefaultPriorityLevel;

    public bool ReadCompacted { get; set; } = DefaultReadCompacted;

    public RegexSubscriptionMode RegexSubscriptionMode { get; set; } = DefaultRegexSubscriptionMode;

    public bool ReplicateSubscriptionState { get; set; } = DefaultReplicateSubscriptionState;

    public ISchema<TMessage> Schema { get; set; }

    public IHandleStateChanged<ConsumerStateChanged>? StateChangedHandler { get; set; }

    public string SubscriptionName { get; set; }

    public Dictionary<string, string> SubscriptionProperties { get; set; } = [];

    public SubscriptionType SubscriptionType { get; set; } = DefaultSubscriptionType;

    public string Topic { get; set; }

    public IEnumerable<string> Topics
    {
        get => _topics;
        set
        {
            var topics = value.ToArray();
            _topics.Clear();
            _topics.UnionWith(topics);
        }
    }

    public bool AllowOutOfOrderDeliver { get; set; }
}
