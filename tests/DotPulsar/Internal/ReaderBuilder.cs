using DotPulsar.Abstractions;
using DotPulsar.Exceptions;

namespace DotPulsar.Internal;

internal sealed class ReaderBuilder<TMessage>(IPulsarClient client, ISchema<TMessage> schema) : IReaderBuilder<TMessage>
{
    private readonly ReaderOptions<TMessage> _options = new(MessageId.Latest, "", schema);
    private bool _hasStart;

    public IReaderBuilder<TMessage> MessagePrefetchCount(uint count) => With(() => _options.MessagePrefetchCount = count);

    public IReaderBuilder<TMessage> ReadCompacted(bool readCompacted) => With(() => _options.ReadCompacted = readCompacted);

    public IReaderBuilder<TMessage> ReaderName(string name) => With(() => _options.ReaderName = name);

    public IReaderBuilder<TMessage> StartMessageId(MessageId messageId) => With(() => (_options.StartMessageId, _hasStart) = (messageId, true));

    public IReaderBuilder<TMessage> SubscriptionName(string name) => With(() => _options.SubscriptionName = name);

    public IReaderBuilder<TMessage> SubscriptionRolePrefix(string subscriptionRolePrefix) => With(() => _options.SubscriptionRolePrefix = subscriptionRolePrefix);

    public IReaderBuilder<TMessage> Topic(string topic) => With(() => _options.Topic = topic);

    public IReader<TMessage> Create()
    {
        if (!_hasStart)
            throw new ConfigurationException("StartMessageId may not be null");
        if (string.IsNullOrEmpty(_options.Topic))
            throw new ConfigurationException("Topic may not be null or empty");
        return client.CreateReader(_options);
    }

    private ReaderBuilder<TMessage> With(Action set)
    {
        set();
        return this;
    }
}
