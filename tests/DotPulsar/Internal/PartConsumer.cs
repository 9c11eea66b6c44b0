using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using Ack = PulsarBroker.Protocol.Ack;

namespace DotPulsar.Internal;

/// <summary>The consumer of a topic or of one partition. It subscribes again whenever its channel ends.</summary>
internal sealed class PartConsumer<TMessage> : IAsyncDisposable
{
    private readonly StateManager<ConsumerState> _state =
        new(ConsumerState.Disconnected, ConsumerState.Closed, ConsumerState.ReachedEndOfTopic, ConsumerState.Faulted);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConsumerOptions<TMessage> _options;
    private readonly ConnectionSource _connections;
    private readonly OpenBatches<TMessage> _batches;
    private readonly Retry _retry;
    private readonly Task _running;
    private readonly string _name;
    private volatile ConsumerChannel<TMessage>? _channel;
    private volatile Exception? _fault;

    public PartConsumer(string topic, string name, ConsumerOptions<TMessage> options, ClientSettings settings, ConnectionSource connections)
    {
        (Topic, _name, _options, _connections) = (topic, name, options, connections);
        _batches = new OpenBatches<TMessage>(options.Schema);
        _retry = new Retry(settings, Fail);
        _running = RunAsync();
    }

    public string Topic { get; }

    public StateManager<ConsumerState> State => _state;

    public ValueTask<IMessage<TMessage>> ReceiveAsync(CancellationToken cancellationToken) =>
        new(_retry.RunAsync(() => Channel().ReceiveAsync(cancellationToken), cancellationToken));

    public Task AcknowledgeAsync(Ack.Types.Type type, IReadOnlyList<MessageId> ids, CancellationToken cancellationToken) =>
        _retry.RunAsync(() => Channel().AcknowledgeAsync(type, ids, cancellationToken), cancellationToken);

    public Task RedeliverAsync(IReadOnlyList<MessageId> ids, CancellationToken cancellationToken) =>
        _retry.RunAsync(() => Channel().RedeliverAsync(ids, cancellationToken), cancellationToken);

    public Task UnsubscribeAsync(CancellationToken cancellationToken) =>
        _retry.RunAsync(() => Channel().UnsubscribeAsync(cancellationToken), cancellationToken);

    public Task SeekAsync(MessageId? id, ulong publishTime, CancellationToken cancellationToken) =>
        _retry.RunAsync(() => Channel().SeekAsync(id, publishTime, cancellationToken), cancellationToken);

    public Task<MessageId> LastIdAsync(CancellationToken cancellationToken) =>
        _retry.RunAsync(() => Channel().LastIdAsync(cancellationToken), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _running;
        if (_channel is { } channel)
            await channel.CloseAsync();
        _state.Set(ConsumerState.Closed);
    }

    private ConsumerChannel<TMessage> Channel()
    {
        if (_stop.IsCancellationRequested)
            throw new ConsumerDisposedException(typeof(IConsumer<TMessage>).FullName!);
        if (_fault is { } fault)
            throw fault;
        return _channel ?? throw new ChannelNotReadyException();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var channel = await _retry.RunAsync(SubscribeAsync, _stop.Token);
                if (_options.SubscriptionType != SubscriptionType.Failover)
                    _state.Set(ConsumerState.Active);   // a Failover consumer is told by the broker
                await channel.Ended.WaitAsync(_stop.Token);
                _state.Set(ConsumerState.Disconnected);
            }
        }
        catch (Exception e)
        {
            if (!_stop.IsCancellationRequested)
                Fail(e);
        }
    }

    private async Task<ConsumerChannel<TMessage>> SubscribeAsync()
    {
        var connection = await _connections.ForTopicAsync(Topic, _stop.Token);
        var channel = new ConsumerChannel<TMessage>(connection, _options, Topic, _batches, _state.Set);
        await channel.SubscribeAsync(_name, _stop.Token);
        _channel?.Lost();       // whoever still receives from the old one tries again
        _channel = channel;
        return channel;
    }

    private void Fail(Exception exception)
    {
        _fault = exception;
        _state.Set(ConsumerState.Faulted);
        _ = _channel?.CloseAsync();
    }
}
