using System.Buffers;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using Wire = PulsarBroker.Protocol;

namespace DotPulsar.Internal;

/// <summary>The producer of a topic or of one partition. One error of the broker in answer to a message, and it is faulted for ever.</summary>
internal sealed class PartProducer<TMessage> : IAsyncDisposable
{
    private readonly StateManager<ProducerState> _state = new(ProducerState.Disconnected, ProducerState.Closed, ProducerState.Faulted, ProducerState.Fenced);
    private readonly CancellationTokenSource _stop = new();
    private readonly ProducerOptions<TMessage> _options;
    private readonly ConnectionSource _connections;
    private readonly SemaphoreSlim _pending;
    private readonly Retry _retry;
    private readonly Task _running;
    private volatile ProducerChannel? _channel;
    private volatile Exception? _fault;

    public PartProducer(string topic, int partition, ProducerOptions<TMessage> options, ClientSettings settings, ConnectionSource connections)
    {
        (Topic, Partition, _options, _connections) = (topic, partition, options, connections);
        _pending = new SemaphoreSlim((int)Math.Min(options.MaxPendingMessages, int.MaxValue));
        _retry = new Retry(settings, Fail);
        _running = RunAsync();
    }

    public string Topic { get; }

    public int Partition { get; }

    public StateManager<ProducerState> State => _state;

    /// <summary>Waits for a connection, and sends again after one was lost.</summary>
    public async Task<MessageId> SendAsync(Wire.Metadata metadata, ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        ThrowIfOver();
        await _pending.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                await _state.OnStateChangeTo(ProducerState.Connected, cancellationToken);
                ThrowIfOver();
                try
                {
                    var id = (await _channel!.SendAsync(metadata, payload, cancellationToken)).Id;
                    return new MessageId(id.Ledger, id.Entry, Partition, id.BatchIndex, Topic);
                }
                catch (Exception e) when (e is ChannelLostException or IOException)
                {
                    // Lost with its connection, or stored: the broker may have it twice after this.
                    await _state.OnStateChangeFrom(ProducerState.Connected, cancellationToken);
                }
            }
        }
        catch (DotPulsarException e) when (e is not FaultedException)
        {
            // The error is in what the producer throws from now on. This send is only cancelled: so does DotPulsar 5.3.
            Fail(e);
            throw new TaskCanceledException();
        }
        finally
        {
            _pending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _running;
        if (_channel is { } channel)
            await channel.CloseAsync();
        _state.Set(ProducerState.Closed);
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (_fault is null)
            {
                _channel = await _retry.RunAsync(OpenAsync, _stop.Token);
                _state.Set(ProducerState.Connected);
                await _channel.Ended.WaitAsync(_stop.Token);
                _state.Set(ProducerState.Disconnected);
            }
        }
        catch (Exception e)
        {
            if (!_stop.IsCancellationRequested)
                Fail(e);
        }
    }

    private async Task<ProducerChannel> OpenAsync()
    {
        var connection = await _connections.ForTopicAsync(Topic, _stop.Token);
        var channel = new ProducerChannel(connection, Topic);
        await channel.OpenAsync(_options, _stop.Token);
        return channel;
    }

    private void ThrowIfOver()
    {
        if (_stop.IsCancellationRequested)
            throw new ProducerDisposedException(typeof(IProducer<TMessage>).FullName!);
        if (_fault is ProducerFencedException fenced)
            throw fenced;
        if (_fault is { } fault)
            throw new ProducerFaultedException(fault);
    }

    private void Fail(Exception exception)
    {
        _fault = exception;
        _state.Set(exception is ProducerFencedException ? ProducerState.Fenced : ProducerState.Faulted);
        _ = _channel?.CloseAsync();
    }
}
