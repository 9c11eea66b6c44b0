namespace PulsarBroker.Topics;

/// <summary>What a subscription has still to deliver, and what it knows of each entry. Every member runs under the topic's lock.</summary>
internal sealed class Cursor(Topic topic, int start)
{
    private readonly List<EntryState> _states = [];
    private readonly SortedSet<int> _waiting = [];
    private int _start = start;
    private int _next = start;

    /// <summary>Messages, not entries: delivered or not, but not acknowledged.</summary>
    public long Backlog { get; private set; } = topic.Entries.Skip(start).Sum(e => (long)e.Messages);

    public long AcknowledgedMessages { get; private set; }

    public int Waiting => _waiting.Count;

    public void Appended(Entry entry) => Backlog += entry.Messages;

    public EntryState State(int number)
    {
        while (_states.Count <= number)
            _states.Add(new EntryState());
        return _states[number];
    }

    /// <summary>The oldest entry that waits: one that came back, else the next unread one.</summary>
    public bool TryPeek(out int number)
    {
        while (_next < topic.Entries.Count && State(_next).Acknowledged)
            _next++;
        number = _waiting.Count > 0 ? _waiting.Min : _next;
        return number < topic.Entries.Count;
    }

    /// <summary>All that has come back or was passed over, oldest first.</summary>
    public int[] Returned() => [.. _waiting];

    /// <summary>Reads one more entry; it waits until it is taken.</summary>
    public bool TryRead(out int number)
    {
        for (; _next < topic.Entries.Count; _next++)
        {
            if (State(_next).Acknowledged)
                continue;
            number = _next++;
            _waiting.Add(number);
            return true;
        }
        number = -1;
        return false;
    }

    public void Take(int number)
    {
        if (!_waiting.Remove(number) && number == _next)
            _next++;
    }

    public void Return(int number)
    {
        if (!State(number).Acknowledged)
            _waiting.Add(number);
    }

    public void Acknowledge(int number)
    {
        var state = State(number);
        state.Acknowledgements++;
        if (state.Acknowledged)
            return;
        state.Acknowledged = true;
        _waiting.Remove(number);
        var messages = topic.Entries[number].Messages;
        AcknowledgedMessages += messages;
        if (number >= _start)
            Backlog -= messages;
    }

    /// <summary>Everything from that entry on is delivered again, nothing before it.</summary>
    public void MoveTo(int number)
    {
        (_start, _next) = (number, number);
        _waiting.Clear();
        for (var i = 0; i < _states.Count; i++)
            _states[i].Acknowledged = i < number;
        Backlog = topic.Entries.Skip(number).Sum(e => (long)e.Messages);
    }

    public void ForgetRedeliveries()
    {
        foreach (var state in _states)
            state.RedeliveryCount = 0;
    }
}
