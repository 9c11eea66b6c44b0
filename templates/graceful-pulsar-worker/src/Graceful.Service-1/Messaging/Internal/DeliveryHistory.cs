using DotPulsar;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>What a delivery is to this process.</summary>
internal enum DeliveryKind
{
    /// <summary>To be handled: new, handed back, or replayed on purpose.</summary>
    New,

    /// <summary>A copy of a message that is being handled here. The acknowledgement of that one settles it too.</summary>
    CopyInProgress,

    /// <summary>A copy of a message that was handled here, and whose acknowledgement may have been lost with the connection.</summary>
    CopyHandled,
}

/// <summary>
/// The messages of a topic that are in hand, and those whose acknowledgement the broker is not known to have read. After a lost
/// connection it delivers these again, and such copies must not be handled twice. All else that comes again is a replay: it is handled.
/// </summary>
/// <remarks>Outlives the consumer. Kept by entries, as the broker does it: an entry is a single message or a batch.</remarks>
internal sealed class DeliveryHistory
{
    /// <summary>How long copies may come once the connection is back: other consumers may have had them in between.</summary>
    private static readonly TimeSpan CopiesComeWithin = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What a broker has read it writes down once a second (managedLedgerDefaultMarkDeleteRateLimit). One that goes away forgets the rest.
    /// </summary>
    private static readonly TimeSpan WrittenDownWithin = TimeSpan.FromSeconds(2);

    /// <summary>How long a broker that was asked to go back may still send what it had read before.</summary>
    private static readonly TimeSpan GoesBackWithin = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(ulong Ledger, ulong Entry), EntryHistory> _entries = [];
    private readonly Queue<EntryHistory> _acknowledged = new();
    private readonly Queue<EntryHistory> _confirmed = new();
    private readonly List<EntryHistory> _doubtful = [];
    private TimeSpan _copiesUntil, _goesBackUntil;
    private long _number;
    private int _losses;

    /// <summary>When the connection was lost, the last time.</summary>
    public TimeSpan LostAt { get; private set; }

    /// <summary>On a clock that nobody sets.</summary>
    public static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>A message came. If it is new, it is in progress from now on.</summary>
    public DeliveryKind Begin(MessageId id)
    {
        lock (_gate)
        {
            if (_doubtful.Count > 0 && Now > _copiesUntil) NoMoreCopies();
            if (!_entries.TryGetValue((id.LedgerId, id.EntryId), out var entry))
            {
                _entries[(id.LedgerId, id.EntryId)] = entry = new EntryHistory(id);
                if (IsLost || Now < _goesBackUntil) Doubt(entry); // Fetched ahead: it comes again, whether it is acknowledged or not.
            }
            return entry.Begin(id.BatchIndex);
        }
    }

    /// <summary>The client has been given the acknowledgement.</summary>
    public void Acknowledged(MessageId id) => Change(id, entry => entry.Handled(id.BatchIndex));

    /// <summary>It was handled, but could not be acknowledged: a copy will come.</summary>
    public void NotAcknowledged(MessageId id) => Change(id, entry =>
    {
        entry.Handled(id.BatchIndex);
        Doubt(entry);
    });

    /// <summary>No more messages of its batch will come.</summary>
    public void BatchIsComplete(MessageId id) => Change(id, entry => entry.IsComplete = true);

    /// <summary>It is left to be delivered again: the next delivery is no copy.</summary>
    public void Released(MessageId id) => Change(id, entry =>
    {
        entry.Forget(id.BatchIndex);
        if (entry.IsEmpty) _entries.Remove(entry.Key);
    });

    /// <summary>The acknowledgements up to now.</summary>
    public Mark Last()
    {
        lock (_gate) return new(_losses, _number);
    }

    /// <summary>The broker has answered to something that was sent behind these acknowledgements, so it has read them.</summary>
    public void Confirmed(Mark upTo)
    {
        lock (_gate)
        {
            if (upTo.Losses != _losses) return; // They went over a connection that is lost, and the answer came over the next one.
            var now = Now;
            while (_acknowledged.TryPeek(out var entry) && entry.Number <= upTo.Number)
            {
                _entries.Remove(entry.Key);
                entry.ConfirmedAt = now;
                _confirmed.Enqueue(_acknowledged.Dequeue());
            }
            while (_confirmed.TryPeek(out var entry) && now - entry.ConfirmedAt > WrittenDownWithin) _confirmed.Dequeue();
        }
    }

    /// <summary>The connection is lost, or another consumer is the active one: what is not confirmed may be delivered again.</summary>
    public void ConnectionLost()
    {
        lock (_gate)
        {
            if (!IsLost) LostAt = Now;
            DoubtAll();
            _copiesUntil = TimeSpan.MaxValue;
        }
    }

    /// <summary>The broker is asked to send all again that is not acknowledged. Until it does, what is begun may come again.</summary>
    public void GoesBack()
    {
        lock (_gate)
        {
            DoubtAll();
            _goesBackUntil = Now + GoesBackWithin;
            if (!IsLost) _copiesUntil = _goesBackUntil + CopiesComeWithin;
        }
    }

    /// <summary>It has been seen to: what is begun from now on comes again only if it is replayed.</summary>
    public void WentBack()
    {
        lock (_gate) _goesBackUntil = default;
    }

    /// <summary>From now on copies come, if any.</summary>
    /// <param name="brokerWasAway">Not only the topic: so what it had read last may come again too.</param>
    public void ConnectionFound(bool brokerWasAway)
    {
        lock (_gate)
        {
            if (!IsLost) return;
            _copiesUntil = Now + CopiesComeWithin;
            if (!brokerWasAway) return;
            foreach (var entry in _confirmed)
                if (LostAt - entry.ConfirmedAt < WrittenDownWithin && _entries.TryAdd(entry.Key, entry)) Doubt(entry);
            _confirmed.Clear();
        }
    }

    /// <summary>Messages were handled here, and nobody knows whether the broker has read their acknowledgements.</summary>
    public bool HasLostAcknowledgements
    {
        get { lock (_gate) return IsLost && _entries.Values.Any(entry => entry.IsDoubtful && entry.HasHandled); }
    }

    /// <summary>Messages and whole batches that were handled here, and whose acknowledgement the broker may not have read.</summary>
    public IReadOnlyList<MessageId> HandledInDoubt
    {
        get { lock (_gate) return [.. _entries.Values.Where(entry => entry.IsDoubtful && entry.IsHandled).Select(entry => entry.Id)]; }
    }

    private bool IsLost => _copiesUntil == TimeSpan.MaxValue;

    private void Change(MessageId id, Action<EntryHistory> change)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((id.LedgerId, id.EntryId), out var entry)) return;
            change(entry);
            if (!entry.IsAcknowledged) return;
            entry.Number = ++_number;
            _acknowledged.Enqueue(entry);
        }
    }

    private void DoubtAll()
    {
        _losses++;
        _acknowledged.Clear();
        foreach (var entry in _entries.Values) Doubt(entry);
    }

    private void Doubt(EntryHistory entry)
    {
        if (!entry.IsDoubtful) _doubtful.Add(entry);
        entry.Doubt();
    }

    private void NoMoreCopies()
    {
        foreach (var entry in _doubtful)
            if (entry.NoMoreCopies() && _entries.GetValueOrDefault(entry.Key) == entry) _entries.Remove(entry.Key); // Not one that came later.
        _doubtful.Clear();
    }

    /// <summary>A place in the row of acknowledgements.</summary>
    public readonly record struct Mark(int Losses, long Number);
}
