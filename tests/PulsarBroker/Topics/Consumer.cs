using PulsarBroker.Connections;

namespace PulsarBroker.Topics;

/// <summary>A consumer attached to a subscription. Every member runs under the topic's lock.</summary>
internal sealed class Consumer(ClientConnection connection, ulong id, string name, int priority, Subscription subscription)
{
    private readonly Dictionary<string, int> _keys = [];
    private readonly HashSet<int> _pending = [];

    public ClientConnection Connection => connection;

    public ulong Id => id;

    public string Name => name;

    public int Priority => priority;

    public Subscription Subscription => subscription;

    /// <summary>Messages it may still be sent. Below zero after an entry with more messages than were left.</summary>
    public long Permits { get; set; }

    /// <summary>Entries it was sent and has not acknowledged.</summary>
    public IReadOnlyCollection<int> Pending => _pending;

    public bool HoldsKey(string key) => _keys.ContainsKey(key);

    public void Hold(Entry entry)
    {
        if (_pending.Add(entry.Number))
            _keys[entry.OrderingKey] = _keys.GetValueOrDefault(entry.OrderingKey) + 1;
    }

    public bool Release(Entry entry)
    {
        if (!_pending.Remove(entry.Number))
            return false;
        if (--_keys[entry.OrderingKey] == 0)
            _keys.Remove(entry.OrderingKey);
        return true;
    }
}
