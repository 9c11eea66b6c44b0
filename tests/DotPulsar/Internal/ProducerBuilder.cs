using DotPulsar.Abstractions;
using DotPulsar.Exceptions;

namespace DotPulsar.Internal;

internal sealed class ProducerBuilder<TMessage>(IPulsarClient client, ISchema<TMessage> schema) : IProducerBuilder<TMessage>
{
    private readonly ProducerOptions<TMessage> _options = new("", schema) { MaxPendingMessages = 500 };

    public IProducerBuilder<TMessage> AttachTraceInfoToMessages(bool attachTraceInfoToMessages) =>
        Set(o => o.AttachTraceInfoToMessages = attachTraceInfoToMessages);

    public IProducerBuilder<TMessage> CompressionType(CompressionType compressionType) => Set(o => o.CompressionType = compressionType);

    public IProducerBuilder<TMessage> InitialSequenceId(ulong initialSequenceId) => Set(o => o.InitialSequenceId = initialSequenceId);

    public IProducerBuilder<TMessage> ProducerAccessMode(ProducerAccessMode producerAccessMode) => Set(o => o.ProducerAccessMode = producerAccessMode);

    public IProducerBuilder<TMessage> ProducerName(string name) => Set(o => o.ProducerName = name);

    public IProducerBuilder<TMessage> StateChangedHandler(IHandleStateChanged<ProducerStateChanged> handler) => Set(o => o.StateChangedHandler = handler);

    public IProducerBuilder<TMessage> Topic(string topic) => Set(o => o.Topic = topic);

    public IProducerBuilder<TMessage> MessageRouter(IMessageRouter messageRouter) => Set(o => o.MessageRouter = messageRouter);

    public IProducerBuilder<TMessage> MaxPendingMessages(uint maxPendingMessages) => Set(o => o.MaxPendingMessages = maxPendingMessages);

    public IProducerBuilder<TMessage> ProducerProperty(string key, string value) => Set(o => o.ProducerProperties[key] = value);

    public IProducer<TMessage> Create()
    {
        if (string.IsNullOrEmpty(_options.Topic))
            throw new ConfigurationException("ProducerOptions.Topic may not be null or empty");
        return client.CreateProducer(_options);
    }

    private ProducerBuilder<TMessage> Set(Action<ProducerOptions<TMessage>> set)
    {
        set(_options);
        return this;
    }
}
