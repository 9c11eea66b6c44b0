using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>How the handling of a message can end.</summary>
internal enum Outcome
{
    /// <summary>Handled and acknowledged.</summary>
    Completed,

    /// <summary>Left to others: not begun, or it waited for a retry.</summary>
    Released,

    /// <summary>Stored on the dead letter topic and acknowledged.</summary>
    DeadLettered,

    /// <summary>Not finished by the deadline, or finished but not acknowledged. It is delivered again elsewhere.</summary>
    Aborted,
}

/// <summary>
/// What became of the messages that were in hand at the signal or came after it:
/// <c>received = completed + released + deadLettered + aborted</c>, whenever it is read.
/// </summary>
internal sealed class MessageCounts(ShutdownPhases phases) : IReportSection
{
    private readonly Lock _gate = new();
    private readonly int[] _ended = new int[Enum.GetValues<Outcome>().Length];
    private int _inHand, _received;
    private bool _stopping;

    public string Name => "messages";

    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (_gate)
            {
                NoteSignal();
                var (completed, released, deadLettered) = (Ended(Outcome.Completed), Ended(Outcome.Released), Ended(Outcome.DeadLettered));
                return new Dictionary<string, int>
                {
                    ["received"] = _received,
                    ["completed"] = completed,
                    ["released"] = released,
                    ["deadLettered"] = deadLettered,
                    ["aborted"] = _received - completed - released - deadLettered, // Also what is still in hand when the process ends.
                };
            }
        }
    }

    public void Received()
    {
        lock (_gate)
        {
            NoteSignal();
            _inHand++;
            if (_stopping) _received++;
        }
    }

    public void Settled(Outcome outcome)
    {
        lock (_gate)
        {
            NoteSignal();
            _inHand--;
            if (_stopping) _ended[(int)outcome]++;
        }
    }

    // No callback of the token: those run in no order to rely on, and others of them settle messages.
    private void NoteSignal()
    {
        if (!_stopping && phases.StopRequested.IsCancellationRequested) (_stopping, _received) = (true, _inHand);
    }

    private int Ended(Outcome outcome) => _ended[(int)outcome];
}
