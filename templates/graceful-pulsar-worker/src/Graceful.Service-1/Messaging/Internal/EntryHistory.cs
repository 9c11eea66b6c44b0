using DotPulsar;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>What became of the messages of one entry here. <see cref="DeliveryHistory"/> calls it under its lock.</summary>
internal sealed class EntryHistory(MessageId first)
{
    private readonly List<MessageState> _states = new(first.BatchIndex < 0 ? 1 : 4);
    private int _inProgress, _handled, _copies;

    private enum MessageState : byte { None, InProgress, Handled }

    public (ulong Ledger, ulong Entry) Key { get; } = (first.LedgerId, first.EntryId);

    /// <summary>The single message or, without an index, the whole batch.</summary>
    public MessageId Id { get; } = new(first.LedgerId, first.EntryId, first.Partition, batchIndex: -1, first.Topic);

    /// <summary>All its messages have come; of a batch that shows only later.</summary>
    public bool IsComplete { get; set; } = first.BatchIndex < 0;

    /// <summary>Copies of it may come.</summary>
    public bool IsDoubtful { get; private set; }

    public bool HasHandled => _handled > 0;

    /// <summary>All its messages were handled here.</summary>
    public bool IsHandled => IsComplete && _handled > 0 && _handled == _states.Count;

    public bool IsEmpty => _inProgress + _handled == 0;

    /// <summary>The client has sent its acknowledgement, and no copies are expected.</summary>
    public bool IsAcknowledged => IsComplete && !IsDoubtful && _inProgress == 0 && _handled > 0 && Number == 0;

    /// <summary>Its place in the row of acknowledgements; 0 while it has none.</summary>
    public long Number { get; set; }

    public TimeSpan ConfirmedAt { get; set; }

    public DeliveryKind Begin(int batchIndex)
    {
        var index = Math.Max(batchIndex, 0);
        while (_states.Count <= index) _states.Add(MessageState.None);
        switch (_states[index])
        {
            case MessageState.None:
                _states[index] = MessageState.InProgress;
                _inProgress++;
                return DeliveryKind.New;
            case MessageState.InProgress:
                CopyCame();
                return DeliveryKind.CopyInProgress;
            default:
                CopyCame();
                return DeliveryKind.CopyHandled;
        }
    }

    public void Handled(int batchIndex)
    {
        if (Replace(batchIndex, MessageState.InProgress, MessageState.Handled)) (_inProgress, _handled) = (_inProgress - 1, _handled + 1);
        else Number = 0; // A copy was acknowledged once more.
    }

    public void Forget(int batchIndex)
    {
        if (Replace(batchIndex, MessageState.InProgress, MessageState.None)) _inProgress--;
    }

    public void Doubt() => (IsDoubtful, _copies, Number) = (true, 0, 0);

    /// <summary>True: nothing of it is left to be remembered.</summary>
    public bool NoMoreCopies()
    {
        IsDoubtful = false;
        return _inProgress == 0;
    }

    // Each message is delivered again once for each loss. When all have come, the next ones are a replay.
    private void CopyCame()
    {
        if (++_copies >= _inProgress + _handled) IsDoubtful = false;
    }

    private bool Replace(int batchIndex, MessageState from, MessageState to)
    {
        var index = Math.Max(batchIndex, 0);
        if (index >= _states.Count || _states[index] != from) return false;
        _states[index] = to;
        return true;
    }
}
