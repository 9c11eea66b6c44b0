using PulsarBroker.Protocol;

namespace PulsarBroker.Topics;

/// <summary>A topic or a partition of one: its entries and its subscriptions.</summary>
internal sealed class Topic(string name, ulong ledger, BrokerOptions options)
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, Subscription> _subscriptions = [];
    private readonly HashSet<Publisher> _publishers = [];

    /// <summary>Held for everything that is read or changed here and in the subscriptions.</summary>
    public Lock Gate { get; } = new();

    public string Name => name;

    public int Partition { get; } = TopicName.PartitionIndex(name);

    public IReadOnlyList<Entry> Entries => _entries;

    public IReadOnlyDictionary<string, Subscription> Subscriptions => _subscriptions;

    public IReadOnlyCollection<Publisher> Publishers => _publishers;

    public EntryId Id(int number) => new() { Ledger = ledger, Entry = (ulong)number, Partition = Partition };

    public EntryId Append(Metadata metadata, byte[] payload)
    {
        lock (Gate)
        {
            var entry = new Entry(_entries.Count, metadata, payload);
            _entries.Add(entry);
            foreach (var subscription in _subscriptions.Values)
            {
                subscription.Cursor.Appended(entry);
                subscription.Pump();
            }
            return Id(entry.Number);
        }
    }

    /// <summary>The subscription of that name, made if it does not exist.</summary>
    public Subscription Subscription(Subscribe request)
    {
        if (_subscriptions.TryGetValue(request.Subscription, out var known))
            return known;
        var start = request.InitialPosition == Subscribe.Types.Position.Earliest ? 0 : _entries.Count;
        return _subscriptions[request.Subscription] = new Subscription(this, request.Subscription, request.Type, start, options, request.Durable);
    }

    public void Delete(Subscription subscription) => _subscriptions.Remove(subscription.Name);

    public void Add(Publisher publisher) => _publishers.Add(publisher);

    public void Remove(Publisher publisher) => _publishers.Remove(publisher);

    /// <summary>The number of the first entry at or after what a seek names; MessageId.Latest lies behind all, MessageId.Earliest (-1) before.</summary>
    public int Position(Seek seek)
    {
        if (seek.Id is not { } id)
            return _entries.FindIndex(e => e.Metadata.PublishTime >= seek.PublishTime) is >= 0 and var found ? found : _entries.Count;
        return id.Entry == ulong.MaxValue ? 0 : (int)Math.Min(id.Entry, (ulong)_entries.Count);
    }

    /// <summary>Closes all consumers and producers from the broker's side; clients come back by themselves.</summary>
    public void Unload()
    {
        lock (Gate)
        {
            foreach (var subscription in _subscriptions.Values)
                CloseConsumers(subscription);
            foreach (var publisher in _publishers.ToArray())
            {
                _publishers.Remove(publisher);
                publisher.Connection.Close(publisher);
            }
        }
    }

    /// <summary>Sets a subscription back to the first message. Its consumers are closed, as with every seek.</summary>
    public void Replay(string subscription)
    {
        lock (Gate)
        {
            if (!_subscriptions.TryGetValue(subscription, out var known))
                return;
            CloseConsumers(known);
            known.Cursor.MoveTo(0);
        }
    }

    public static void CloseConsumers(Subscription subscription)
    {
        var consumers = subscription.Consumers.ToArray();
        foreach (var consumer in consumers)
            consumer.Permits = 0;   // none of them is to get what another one gives back
        foreach (var consumer in consumers)
        {
            subscription.Remove(consumer);
            consumer.Connection.Close(consumer);
        }
    }
}
