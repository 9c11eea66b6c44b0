namespace Graceful.Service_1.Shutdown;

/// <summary>
/// What became of the messages that were in hand at the signal or came after it:
/// <c>Received = Completed + Released + DeadLettered + Aborted</c>.
/// </summary>
public sealed class MessageCounts
{
    private readonly Lock _gate = new();
    private readonly CancellationToken _requested;
    private int _inHand, _received, _completed, _released, _deadLettered, _aborted;

    internal MessageCounts(CancellationToken requested)
    {
        _requested = requested;
        requested.Register(() => { lock (_gate) _received = _inHand; });
    }

    public int Received => _received;

    /// <summary>Handled and acknowledged.</summary>
    public int Completed => _completed;

    /// <summary>Handed back without having been started, or while they waited for a retry.</summary>
    public int Released => _released;

    public int DeadLettered => _deadLettered;

    /// <summary>Not finished by the deadline, or finished but not acknowledged. They are delivered again elsewhere.</summary>
    public int Aborted => _aborted;

    internal void Receive()
    {
        lock (_gate)
        {
            _inHand++;
            if (_requested.IsCancellationRequested) _received++;
        }
    }

    internal void Complete() => Leave(ref _completed);
    internal void Release() => Leave(ref _released);
    internal void DeadLetter() => Leave(ref _deadLettered);
    internal void Abort() => Leave(ref _aborted);

    private void Leave(ref int count)
    {
        lock (_gate)
        {
            if (_inHand == 0) return; // It was given up at the deadline, and ends only now.
            _inHand--;
            if (_requested.IsCancellationRequested) count++;
        }
    }
}
