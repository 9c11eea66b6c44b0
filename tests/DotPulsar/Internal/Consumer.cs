using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using Ack = PulsarBroker.Protocol.Ack;

namespace DotPulsar.Internal;

/// <summary>The consumer of a topic with all its partitions, or of several topics.</summary>
internal sealed class Consumer<TMessage> : IConsumer<TMessage>
{
    private readonly StateManager<ConsumerState> _state =
        new(ConsumerState.Disconnected, ConsumerState.Closed, ConsumerState.ReachedEndOfTopic, ConsumerState.Faulted);

    private readonly TaskCompletionSource<PartConsumer<TMessage>[]> _parts = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _receiving = new(1);
    private readonly ConsumerOptions<TMessage> _options;
    private Task<IMessage<TMessage>>?[] _receives = [];
    private int _turn;
    private int _disposed;

    public Consumer(ConsumerOptions<TMessage> options, ClientSettings settings, ConnectionSource connections)
    {
        _options = options;
        ServiceUrl = settings.ServiceUrl;
        Topic = options.Topic.Length > 0 ? options.Topic : string.Join(',', options.Topics);
        Telemetry.Consumers.Opened();
        _ = StartAsync(settings, connections);
    }

    public Uri ServiceUrl { get; }

    public string SubscriptionName => _options.SubscriptionName;

    public SubscriptionType SubscriptionType => _options.SubscriptionType;

    public string Topic { get; }

    public IState<ConsumerState> State => _state;

    public async ValueTask<IMessage<TMessage>> Receive(CancellationToken cancellationToken = default)
    {
        var parts = await PartsAsync(cancellationToken);
        if (parts.Length == 1)
            return await parts[0].ReceiveAsync(cancellationToken);
        await _receiving.WaitAsync(cancellationToken);
        try
        {
            return await ReceiveFromAnyAsync(parts, cancellationToken);
        }
        finally
        {
            _receiving.Release();
        }
    }

    public async ValueTask Acknowledge(MessageId messageId, CancellationToken cancellationToken = default) =>
        await (await PartAsync(messageId, cancellationToken)).AcknowledgeAsync(Ack.Types.Type.Individual, [messageId], cancellationToken);

    public ValueTask Acknowledge(IEnumerable<MessageId> messageIds, CancellationToken cancellationToken = default) =>
        ByPartAsync(messageIds, (part, ids) => part.AcknowledgeAsync(Ack.Types.Type.Individual, ids, cancellationToken), cancellationToken);

    public async ValueTask AcknowledgeCumulative(MessageId messageId, CancellationToken cancellationToken = default) =>
        await (await PartAsync(messageId, cancellationToken)).AcknowledgeAsync(Ack.Types.Type.Cumulative, [messageId], cancellationToken);

    public ValueTask RedeliverUnacknowledgedMessages(IEnumerable<MessageId> messageIds, CancellationToken cancellationToken = default) =>
        ByPartAsync(messageIds, (part, ids) => part.RedeliverAsync(ids, cancellationToken), cancellationToken);

    public ValueTask RedeliverUnacknowledgedMessages(CancellationToken cancellationToken = default) =>
        AllAsync(part => part.RedeliverAsync([], cancellationToken), cancellationToken);

    public async ValueTask Unsubscribe(CancellationToken cancellationToken = default)
    {
        await AllAsync(part => part.UnsubscribeAsync(cancellationToken), cancellationToken);
        _state.Set(ConsumerState.Unsubscribed);
    }

    public ValueTask Seek(MessageId messageId, CancellationToken cancellationToken = default) =>
        AllAsync(part => part.SeekAsync(messageId, 0, cancellationToken), cancellationToken);

    public ValueTask Seek(ulong publishTime, CancellationToken cancellationToken = default) =>
        AllAsync(part => part.SeekAsync(null, publishTime, cancellationToken), cancellationToken);

    public async ValueTask<IEnumerable<MessageId>> GetLastMessageIds(CancellationToken cancellationToken = default) =>
        await Task.WhenAll((await PartsAsync(cancellationToken)).Select(part => part.LastIdAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stop.CancelAsync();
        _parts.TrySetException(new ConsumerDisposedException(GetType().FullName!));
        if (_parts.Task.IsCompletedSuccessfully)
        {
            foreach (var part in _parts.Task.Result)
                await part.DisposeAsync();
        }
        _ = _parts.Task.Exception;      // looked at, whether or not anybody waits for it
        _state.Set(ConsumerState.Closed);
        Telemetry.Consumers.Closed();
    }

    private async Task StartAsync(ClientSettings settings, ConnectionSource connections)
    {
        try
        {
            var topics = await new Retry(settings, _ => { }).RunAsync(() => TopicsAsync(connections), _stop.Token);
            var parts = topics.Select(topic => new PartConsumer<TMessage>(
                topic, _options.ConsumerName ?? $"Consumer-{Guid.NewGuid():N}", _options, settings, connections)).ToArray();
            _receives = new Task<IMessage<TMessage>>?[parts.Length];
            if (!_parts.TrySetResult(parts))
            {
                foreach (var part in parts)
                    await part.DisposeAsync();      // the consumer was disposed meanwhile
            }
            await _state.FollowAsync([.. parts.Select(part => part.State)], Combine, _stop.Token);
        }
        catch (Exception e)
        {
            if (_stop.IsCancellationRequested)
                return;
            _parts.TrySetException(new ConsumerFaultedException(e));
            _state.Set(ConsumerState.Faulted);
        }
    }

    private async Task<List<string>> TopicsAsync(ConnectionSource connections)
    {
        var topics = new List<string>();
        foreach (var topic in _options.Topic.Length > 0 ? _options.Topics.Append(_options.Topic) : _options.Topics)
            topics.AddRange(await connections.PartsAsync(topic, _stop.Token));
        return topics;
    }

    private static ConsumerState Combine(ConsumerState[] states)
    {
        if (states.Contains(ConsumerState.Faulted))
            return ConsumerState.Faulted;
        if (states.All(s => s == states[0]))
            return states[0];
        return states.Contains(ConsumerState.Disconnected) ? ConsumerState.PartiallyConnected : ConsumerState.Inactive;
    }

    private async Task<IMessage<TMessage>> ReceiveFromAnyAsync(PartConsumer<TMessage>[] parts, CancellationToken cancellationToken)
    {
        while (true)
        {
            for (var i = 0; i < parts.Length; i++)
            {
                _turn = (_turn + 1) % parts.Length;
                // A receive outlives the call that began it: a cancelled call must not lose a message.
                var receive = _receives[_turn] ??= parts[_turn].ReceiveAsync(_stop.Token).AsTask();
                if (!receive.IsCompleted)
                    continue;
                _receives[_turn] = null;
                return await receive;
            }
            await Task.WhenAny(_receives.OfType<Task>()).WaitAsync(cancellationToken);
        }
    }

    private Task<PartConsumer<TMessage>[]> PartsAsync(CancellationToken cancellationToken) => _parts.Task.WaitAsync(cancellationToken);

    private async Task<PartConsumer<TMessage>> PartAsync(MessageId id, CancellationToken cancellationToken) =>
        Part(await PartsAsync(cancellationToken), id.Topic);

    private static PartConsumer<TMessage> Part(PartConsumer<TMessage>[] parts, string topic) => parts.Length == 1
        ? parts[0]
        : parts.FirstOrDefault(p => p.Topic == topic) ?? throw new KeyNotFoundException($"The given key '{topic}' was not present in the dictionary.");

    private async ValueTask ByPartAsync(
        IEnumerable<MessageId> ids, Func<PartConsumer<TMessage>, IReadOnlyList<MessageId>, Task> action, CancellationToken cancellationToken)
    {
        var parts = await PartsAsync(cancellationToken);
        await Task.WhenAll(ids.GroupBy(id => Part(parts, id.Topic)).Select(group => action(group.Key, [.. group])));
    }

    private async ValueTask AllAsync(Func<PartConsumer<TMessage>, Task> action, CancellationToken cancellationToken) =>
        await Task.WhenAll((await PartsAsync(cancellationToken)).Select(action));
}
