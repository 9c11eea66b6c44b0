using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The messages of a consumer, one after the other. A wait that is given up loses none: the next one goes on with it.</summary>
/// <remarks>The broker sends nothing until the first wait, and then as many messages ahead as Prefetch says.</remarks>
internal sealed class MessageSource(IConsumer<ReadOnlySequence<byte>> consumer) : IDisposable
{
    private readonly CancellationTokenSource _disposed = new();
    private Task<IMessage<ReadOnlySequence<byte>>>? _receiving;

    /// <summary>Whether the broker was asked for messages.</summary>
    public bool HasBegun { get; private set; }

    public async Task<IMessage<ReadOnlySequence<byte>>> NextAsync(CancellationToken giveUp)
    {
        var receiving = _receiving ??= Receive();
        if (!receiving.IsCompleted) await ((Task)receiving).WaitAsync(giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!receiving.IsCompleted) throw new OperationCanceledException(giveUp);
        _receiving = null;
        return await receiving;
    }

    /// <summary>Null when none has come within the time.</summary>
    public async Task<IMessage<ReadOnlySequence<byte>>?> NextAsync(TimeSpan within, CancellationToken giveUp)
    {
        var receiving = _receiving ??= Receive();
        if (!receiving.IsCompleted) await ((Task)receiving).WaitAsync(within, giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return receiving.IsCompleted ? await NextAsync(giveUp) : null;
    }

    /// <summary>It is the next one again.</summary>
    public void Return(IMessage<ReadOnlySequence<byte>> message) => _receiving = Task.FromResult(message);

    public void Dispose() => _disposed.Cancel();

    private Task<IMessage<ReadOnlySequence<byte>>> Receive()
    {
        HasBegun = true;
        return consumer.Receive(_disposed.Token).AsTask();
    }
}
