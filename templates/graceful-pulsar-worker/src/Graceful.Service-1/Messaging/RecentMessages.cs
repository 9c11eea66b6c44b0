using System.Collections.Concurrent;
using DotPulsar;

namespace Graceful.Service_1.Messaging;

/// <summary>
/// The messages in hand and the last ones that were done. After a reconnect the broker delivers again what it has no
/// acknowledgement for; those copies must not be handled a second time here.
/// </summary>
internal sealed class RecentMessages
{
    /// <summary>More than a client can have in hand and prefetched by default, by far.</summary>
    private const int Capacity = 4096;

    private readonly ConcurrentDictionary<MessageId, bool> _done = new();
    private readonly MessageId?[] _last = new MessageId?[Capacity];
    private uint _next;

    public enum Delivery { New, InProgress, AlreadyDone }

    public Delivery Begin(MessageId id) =>
        _done.TryAdd(id, false) ? Delivery.New : _done.TryGetValue(id, out var done) && done ? Delivery.AlreadyDone : Delivery.InProgress;

    public void Done(MessageId id)
    {
        _done[id] = true;
        var oldest = Interlocked.Exchange(ref _last[Interlocked.Increment(ref _next) % Capacity], id);
        if (oldest is not null) _done.TryRemove(oldest, out _);
    }

    public void Forget(MessageId id) => _done.TryRemove(id, out _);
}
