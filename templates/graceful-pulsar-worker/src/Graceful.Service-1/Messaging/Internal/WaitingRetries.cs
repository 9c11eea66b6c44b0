using System.Collections.Concurrent;
using DotPulsar;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Failed messages that wait, unacknowledged, to be handed back for their next attempt. They take up no handler.</summary>
internal sealed class WaitingRetries(Acknowledgements acknowledgements, RetryPlaces places, MessageCounts counts)
{
    /// <summary>Without a connection it cannot be sent, and the end of the consumer has the same effect.</summary>
    private static readonly TimeSpan HandBackBound = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<MessageId, byte> _waiting = new();
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Returns when there is a place for it. It is handed back after the delay, or at once when the consumer ends.</summary>
    public async Task AddAsync(MessageId id, TimeSpan delay)
    {
        var hasPlace = await places.TakeAsync(_ended.Token);
        _waiting[id] = 0;
        _ = HandBackLaterAsync(id, delay, hasPlace);
    }

    /// <summary>Ends all waits: what waited is handed back in one command.</summary>
    public async Task EndAsync()
    {
        var ids = Take(_waiting.Keys); // First, for once the waits have ended each hands back its own.
        await _ended.CancelAsync();
        await HandBackAsync(ids).WaitAsync(HandBackBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task HandBackLaterAsync(MessageId id, TimeSpan delay, bool hasPlace)
    {
        await Task.Delay(delay, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await HandBackAsync(Take([id]));
        if (hasPlace) places.Free();
    }

    private MessageId[] Take(IEnumerable<MessageId> candidates) => [.. candidates.Where(id => _waiting.TryRemove(id, out _))];

    private async Task HandBackAsync(MessageId[] ids)
    {
        if (ids.Length == 0) return;
        foreach (var _ in ids) counts.Settled(Outcome.Released);
        await acknowledgements.HandBackAsync(ids);
    }
}
