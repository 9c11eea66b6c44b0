using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using DotPulsar.Internal;

namespace DotPulsar;

/// <summary>Makes consumers and producers, and closes them with itself.</summary>
public sealed class PulsarClient : IPulsarClient
{
    private readonly Lock _gate = new();
    private readonly HashSet<IAsyncDisposable> _parts = [];
    private readonly ClientSettings _settings;
    private readonly ConnectionSource _connections;
    private bool _disposed;

    internal PulsarClient(ClientSettings settings)
    {
        _settings = settings;
        _connections = new ConnectionSource(settings);
        Telemetry.Clients.Opened();
    }

    public Uri ServiceUrl => _settings.ServiceUrl;

    public static IPulsarClientBuilder Builder() => new ClientBuilder();

    public IProducer<TMessage> CreateProducer<TMessage>(ProducerOptions<TMessage> options)
    {
        ThrowIfDisposed();
        if (options.MaxPendingMessages == 0)
            throw new ConfigurationException("ProducerOptions.MaxPendingMessages must be greater than 0");
        if (options.CompressionType != CompressionType.None)
            throw new CompressionException($"Support for {options.CompressionType} compression was not found");
        var producer = new Producer<TMessage>(options, _settings, _connections);
        Add(producer, producer.StateChangedTo(ProducerState.Closed).AsTask());
        if (options.StateChangedHandler is { } handler)
            _ = StateMonitor.RunAsync(producer.State, ProducerState.Disconnected, s => new ProducerStateChanged(producer, s), handler);
        return producer;
    }

    public IConsumer<TMessage> CreateConsumer<TMessage>(ConsumerOptions<TMessage> options)
    {
        ThrowIfDisposed();
        var consumer = new Consumer<TMessage>(options, _settings, _connections);
        Add(consumer, consumer.StateChangedTo(ConsumerState.Closed).AsTask());
        if (options.StateChangedHandler is { } handler)
            _ = StateMonitor.RunAsync(consumer.State, ConsumerState.Disconnected, s => new ConsumerStateChanged(consumer, s), handler);
        return consumer;
    }

    public IReader<TMessage> CreateReader<TMessage>(ReaderOptions<TMessage> options)
    {
        var subscription = options.SubscriptionName ?? $"{options.SubscriptionRolePrefix}-{Guid.NewGuid():N}";
        return new Reader<TMessage>((Consumer<TMessage>)CreateConsumer(new ConsumerOptions<TMessage>(subscription, options.Topic, options.Schema)
        {
            ConsumerName = options.ReaderName ?? subscription,
            IsDurable = false,
            MessagePrefetchCount = options.MessagePrefetchCount,
            ReadCompacted = options.ReadCompacted,
        }));
    }

    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] parts;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            parts = [.. _parts];
        }
        foreach (var part in parts)
            await part.DisposeAsync();
        _connections.Dispose();
        Telemetry.Clients.Closed();
    }

    private void Add(IAsyncDisposable part, Task closed)
    {
        lock (_gate)
            _parts.Add(part);
        closed.ContinueWith(
            _ =>
            {
                lock (_gate)
                    _parts.Remove(part);
            },
            TaskScheduler.Default);
    }

    private void ThrowIfDisposed()
    {
        lock (_gate)
        {
            if (_disposed)
                throw new PulsarClientDisposedException();
        }
    }
}
