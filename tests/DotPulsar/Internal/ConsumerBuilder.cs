using System.Text.RegularExpressions;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;

namespace DotPulsar.Internal;

internal sealed class ConsumerBuilder<TMessage>(IPulsarClient client, ISchema<TMessage> schema) : IConsumerBuilder<TMessage>
{
    private readonly ConsumerOptions<TMessage> _options = new("", "", schema);

    public IConsumerBuilder<TMessage> ConsumerName(string name) => Set(o => o.ConsumerName = name);

    public IConsumerBuilder<TMessage> InitialPosition(SubscriptionInitialPosition initialPosition) => Set(o => o.InitialPosition = initialPosition);

    public IConsumerBuilder<TMessage> MessagePrefetchCount(uint count) => Set(o => o.MessagePrefetchCount = count);

    public IConsumerBuilder<TMessage> PriorityLevel(int priorityLevel) => Set(o => o.PriorityLevel = priorityLevel);

    public IConsumerBuilder<TMessage> ReadCompacted(bool readCompacted) => Set(o => o.ReadCompacted = readCompacted);

    public IConsumerBuilder<TMessage> RegexSubscriptionMode(RegexSubscriptionMode regexSubscriptionMode) =>
        Set(o => o.RegexSubscriptionMode = regexSubscriptionMode);

    public IConsumerBuilder<TMessage> ReplicateSubscriptionState(bool replicateSubscriptionState) =>
        Set(o => o.ReplicateSubscriptionState = replicateSubscriptionState);

    public IConsumerBuilder<TMessage> StateChangedHandler(IHandleStateChanged<ConsumerStateChanged> handler) => Set(o => o.StateChangedHandler = handler);

    public IConsumerBuilder<TMessage> SubscriptionName(string name) => Set(o => o.SubscriptionName = name);

    public IConsumerBuilder<TMessage> SubscriptionProperty(string key, string value) => Set(o => o.SubscriptionProperties[key] = value);

    public IConsumerBuilder<TMessage> SubscriptionType(SubscriptionType type) => Set(o => o.SubscriptionType = type);

    public IConsumerBuilder<TMessage> Topic(string topic) => Set(o => o.Topic = topic);

    public IConsumerBuilder<TMessage> Topics(IEnumerable<string> topics) => Set(o => o.Topics = topics);

    public IConsumerBuilder<TMessage> TopicsPattern(Regex topicsPattern) =>
        throw new NotSupportedException("The stand-in for DotPulsar knows no topic patterns; name the topics.");

    public IConsumerBuilder<TMessage> AllowOutOfOrderDeliver(bool allowOutOfOrderDeliver) => Set(o => o.AllowOutOfOrderDeliver = allowOutOfOrderDeliver);

    public IConsumer<TMessage> Create()
    {
        if (string.IsNullOrEmpty(_options.SubscriptionName))
            throw new ConfigurationException("SubscriptionName may not be null or empty");
        if (string.IsNullOrEmpty(_options.Topic) && !_options.Topics.Any())
            throw new ConfigurationException("A 'Topic' or multiple 'Topics' must be set");
        return client.CreateConsumer(_options);
    }

    private ConsumerBuilder<TMessage> Set(Action<ConsumerOptions<TMessage>> set)
    {
        set(_options);
        return this;
    }
}
