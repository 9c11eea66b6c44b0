using System.Collections.Concurrent;
using DotPulsar;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Messaging;

/// <summary>Failed messages that wait, unacknowledged, to be handed back for their next attempt. They take up no handler.</summary>
internal sealed class WaitingRetries(Settlement settlement, RecentMessages recent, MessageCounts counts)
{
    /// <summary>When so many wait, handlers wait too: something is wrong with all messages, and the topic should not be churned through.</summary>
    private const int Capacity = 100;

    private readonly ConcurrentDictionary<MessageId, byte> _waiting = new();
    private readonly SemaphoreSlim _places = new(Capacity);
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Returns when there is a place for it. It is handed back after the delay, or at once when the session ends.</summary>
    public async Task AddAsync(MessageId id, TimeSpan delay)
    {
        await _places.WaitAsync(_ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _waiting[id] = 0;
        _ = HandBackLaterAsync(id, delay);
    }

    /// <summary>Ends all waits: what waited is handed back in one command.</summary>
    public async Task EndAsync()
    {
        var ids = Take(_waiting.Keys); // First, for once the waits have ended each hands back its own.
        await _ended.CancelAsync();
        await HandBackAsync(ids);
    }

    private async Task HandBackLaterAsync(MessageId id, TimeSpan delay)
    {
        await Task.Delay(delay, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await HandBackAsync(Take([id]));
        _places.Release();
    }

    private MessageId[] Take(IEnumerable<MessageId> candidates) => [.. candidates.Where(id => _waiting.TryRemove(id, out _))];

    private async Task HandBackAsync(MessageId[] ids)
    {
        if (ids.Length == 0) return;
        foreach (var id in ids)
        {
            recent.Forget(id);
            counts.Release();
        }
        await settlement.HandBackAsync(ids);
    }
}
