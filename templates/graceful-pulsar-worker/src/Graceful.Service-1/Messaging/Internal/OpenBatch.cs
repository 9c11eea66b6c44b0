using DotPulsar;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>
/// The batch that was begun. The broker knows only whole batches: one of which a part is left unacknowledged is delivered again as a
/// whole. So what was begun is finished, also during a stop.
/// </summary>
/// <remarks>The client hands out the messages of a batch one after the other, without others between them. It does not say how many they are.</remarks>
internal sealed class OpenBatch(Acknowledgements acknowledgements)
{
    private MessageId? _last;

    /// <summary>More messages of it may come.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the message is a further one of the batch.</summary>
    public bool Continues(MessageId id) => id.BatchIndex > 0 && _last is { } last && last.LedgerId == id.LedgerId && last.EntryId == id.EntryId;

    /// <summary>The message is taken.</summary>
    public void Begin(MessageId id)
    {
        if (!Continues(id)) Complete();
        IsOpen = id.BatchIndex >= 0;
        _last = IsOpen ? id : null;
    }

    /// <summary>No more of it can come: a message of another one came, or nothing more at once. If more comes all the same, it is open again.</summary>
    public void Complete()
    {
        if (IsOpen) acknowledgements.BatchIsComplete(_last!);
        IsOpen = false;
    }

    /// <summary>A message of it is left, and so must be all that come behind it.</summary>
    public void Abandon()
    {
        Complete();
        _last = null;
    }
}
