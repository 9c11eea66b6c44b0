using DotPulsar.Abstractions;

namespace DotPulsar;

/// <summary>A consumer and its new state.</summary>
public sealed class ConsumerStateChanged
{
    internal ConsumerStateChanged(IConsumer consumer, ConsumerState consumerState) => (Consumer, ConsumerState) = (consumer, consumerState);

    public IConsumer Consumer { get; }

    public ConsumerState ConsumerState { get; }
}

/// <summary>A producer and its new state.</summary>
public sealed class ProducerStateChanged
{
    internal ProducerStateChanged(IProducer producer, ProducerState producerState) => (Producer, ProducerState) = (producer, producerState);

    public IProducer Producer { get; }

    public ProducerState ProducerState { get; }
}

/// <summary>A reader and its new state.</summary>
public sealed class ReaderStateChanged
{
    internal ReaderStateChanged(IReader reader, ReaderState readerState) => (Reader, ReaderState) = (reader, readerState);

    public IReader Reader { get; }

    public ReaderState ReaderState { get; }
}

/// <summary>A failure, and what a handler wants to follow it.</summary>
public sealed class ExceptionContext
{
    internal ExceptionContext(Exception exception, CancellationToken cancellationToken) =>
        (Exception, CancellationToken) = (exception, cancellationToken);

    public Exception Exception { get; set; }

    public CancellationToken CancellationToken { get; }

    public bool ExceptionHandled { get; set; }

    public FaultAction Result { get; set; } = FaultAction.Rethrow;
}
