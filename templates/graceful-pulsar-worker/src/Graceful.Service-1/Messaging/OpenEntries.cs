using System.Collections.Concurrent;
using DotPulsar;

namespace Graceful.Service_1.Messaging;

/// <summary>
/// The batches that were begun, one for each partition. The broker only knows whole batches: one of which a part is left
/// unacknowledged is delivered again as a whole. So what was begun is finished, also during a stop.
/// </summary>
internal sealed class OpenEntries
{
    private readonly ConcurrentDictionary<int, (ulong Ledger, ulong Entry)> _open = new();

    public bool Any => !_open.IsEmpty;

    /// <summary>Takes note of a message that is going to be handled.</summary>
    public void Begin(MessageId id)
    {
        if (id.BatchIndex >= 0) _open[id.Partition] = (id.LedgerId, id.EntryId);
        else if (Any) _open.TryRemove(id.Partition, out _);
    }

    /// <summary>Whether the message belongs to a batch that was begun. If not, that batch is complete, for entries come one after the other.</summary>
    public bool Continues(MessageId id)
    {
        if (id.BatchIndex > 0 && _open.TryGetValue(id.Partition, out var open) && open == (id.LedgerId, id.EntryId)) return true;
        _open.TryRemove(id.Partition, out _);
        return false;
    }
}
