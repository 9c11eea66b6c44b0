using System.Diagnostics;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;

namespace DotPulsar.Internal;

/// <summary>The producer of a topic with all its partitions. It never batches.</summary>
internal sealed class Producer<TMessage> : IProducer<TMessage>
{
    private readonly StateManager<ProducerState> _state = new(ProducerState.Disconnected, ProducerState.Closed, ProducerState.Faulted, ProducerState.Fenced);
    private readonly TaskCompletionSource<PartProducer<TMessage>[]> _parts = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly ProducerOptions<TMessage> _options;
    private ulong _sequence;
    private int _disposed;

    public Producer(ProducerOptions<TMessage> options, ClientSettings settings, ConnectionSource connections)
    {
        _options = options;
        _sequence = options.InitialSequenceId;
        ServiceUrl = settings.ServiceUrl;
        Telemetry.Producers.Opened();
        _ = StartAsync(settings, connections);
    }

    public Uri ServiceUrl { get; }

    public string Topic => _options.Topic;

    public IState<ProducerState> State => _state;

    public async ValueTask<MessageId> Send(MessageMetadata metadata, TMessage message, CancellationToken cancellationToken = default)
    {
        if (_disposed != 0)
            throw new ProducerDisposedException(GetType().FullName!);
        var assigned = metadata.SequenceId == 0;
        if (assigned)
            metadata.SequenceId = Interlocked.Increment(ref _sequence) - 1;
        using var activity = Telemetry.StartSend(Topic, ServiceUrl);
        if (activity is not null && _options.AttachTraceInfoToMessages)
        {
            metadata["messaging.trace_parent"] = activity.Id;
            if (activity.TraceStateString is { } state)
                metadata["messaging.trace_state"] = state;
        }
        var started = Stopwatch.GetTimestamp();
        try
        {
            var parts = await _parts.Task.WaitAsync(cancellationToken);
            var part = parts.Length == 1 ? parts[0] : parts[_options.MessageRouter.ChoosePartition(metadata, parts.Length)];
            var payload = _options.Schema.Encode(message);
            var id = await part.SendAsync(metadata.Wire, payload, cancellationToken);
            Telemetry.Sent(activity, started, Topic, id, payload.Length);
            return id;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error).AddException(e);
            if (assigned)
                metadata.SequenceId = 0;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stop.CancelAsync();
        _parts.TrySetException(new ProducerClosedException());
        if (_parts.Task.IsCompletedSuccessfully)
        {
            foreach (var part in _parts.Task.Result)
                await part.DisposeAsync();
        }
        _ = _parts.Task.Exception;      // looked at, whether or not anybody waits for it
        _state.Set(ProducerState.Closed);
        Telemetry.Producers.Closed();
    }

    private async Task StartAsync(ClientSettings settings, ConnectionSource connections)
    {
        try
        {
            var topics = await new Retry(settings, _ => { }).RunAsync(() => connections.PartsAsync(Topic, _stop.Token), _stop.Token);
            var isPartitioned = topics[0] != Topic;
            var parts = topics.Select((topic, i) => new PartProducer<TMessage>(topic, isPartitioned ? i : -1, _options, settings, connections)).ToArray();
            if (!_parts.TrySetResult(parts))
            {
                foreach (var part in parts)
                    await part.DisposeAsync();      // the producer was disposed meanwhile
            }
            await _state.FollowAsync([.. parts.Select(part => part.State)], Combine, _stop.Token);
        }
        catch (Exception e)
        {
            if (_stop.IsCancellationRequested)
                return;
            _parts.TrySetException(new ProducerFaultedException(e));
            _state.Set(ProducerState.Faulted);
        }
    }

    private static ProducerState Combine(ProducerState[] states)
    {
        if (states.Contains(ProducerState.Faulted))
            return ProducerState.Faulted;
        if (states.Contains(ProducerState.Fenced))
            return ProducerState.Fenced;
        if (states.All(s => s == states[0]))
            return states[0];
        return states.Contains(ProducerState.Disconnected) ? ProducerState.PartiallyConnected : ProducerState.WaitingForExclusive;
    }
}
