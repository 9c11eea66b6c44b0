using PulsarBroker.Protocol;

namespace PulsarBroker.Topics;

/// <summary>A subscription of a topic: its position and its consumers. Every member runs under the topic's lock.</summary>
internal sealed class Subscription
{
    private readonly List<Consumer> _consumers = [];
    private readonly BrokerOptions _options;
    private readonly bool _isDurable;
    private Dispatcher _dispatcher;

    public Subscription(Topic topic, string name, Subscribe.Types.Type type, int start, BrokerOptions options, bool isDurable)
    {
        (Topic, Name, Type, _options, _isDurable) = (topic, name, type, options, isDurable);
        Cursor = new Cursor(topic, start);
        _dispatcher = Dispatcher.For(this, _options);
    }

    public Topic Topic { get; }

    public string Name { get; }

    public Subscribe.Types.Type Type { get; private set; }

    public Cursor Cursor { get; }

    public IReadOnlyList<Consumer> Consumers => _consumers;

    public long DeliveredMessages { get; private set; }

    public long RedeliveredEntries { get; private set; }

    public uint MaxRedeliveryCount { get; private set; }

    public bool IsActive(Consumer consumer) => _dispatcher.IsActive(consumer);

    /// <summary>Why a consumer of that type cannot be added; null: it can, and the subscription is of that type from now on.</summary>
    public string? Refuse(Subscribe.Types.Type type)
    {
        if (type == Type)
            return _dispatcher.Refusal;
        if (_consumers.Count > 0)
            return $"Subscription is of different type: it is {Type} and has consumers";
        Type = type;
        _dispatcher = Dispatcher.For(this, _options);
        return null;
    }

    public void Add(Consumer consumer)
    {
        _consumers.Add(consumer);
        _dispatcher.Added(consumer);
    }

    /// <summary>What the consumer held becomes deliverable to the others at once.</summary>
    public void Remove(Consumer consumer)
    {
        if (!_consumers.Remove(consumer))
            return;
        var held = consumer.Pending.ToArray();
        ReturnAll(consumer);
        if (_options.CountOnClose && _consumers.Count > 0)
            Count(held);
        if (_consumers.Count == 0)
            Cursor.ForgetRedeliveries();    // they are in memory only
        if (_consumers.Count == 0 && !_isDurable)
            Topic.Delete(this);             // a reader's
        _dispatcher.Removed(consumer);
        Pump();
    }

    public void Grant(Consumer consumer, uint permits)
    {
        consumer.Permits += permits;
        Pump();
    }

    /// <summary>By position: it counts even if the entry has meanwhile been delivered to someone else.</summary>
    public void Acknowledge(Ack ack)
    {
        foreach (var id in ack.Ids.Where(id => id.Entry < (ulong)Topic.Entries.Count && id.AckSet.Count == 0))
        {
            if (ack.Type == Ack.Types.Type.Individual)
                Acknowledge((int)id.Entry);
            else if (!_dispatcher.RedeliversSingly)     // cumulative is for subscriptions with one active consumer
                foreach (var held in _consumers.SelectMany(c => c.Pending).Where(n => n <= (int)id.Entry).ToArray())
                    Acknowledge(held);
        }
        Pump();
    }

    public void Redeliver(Consumer consumer, Redeliver request)
    {
        if (!_dispatcher.IsActive(consumer))
            return;
        var all = request.Ids.Count == 0 || !_dispatcher.RedeliversSingly;
        int[] returned = all
            ? [.. consumer.Pending]
            : [.. request.Ids.Select(id => (int)id.Entry).Where(consumer.Pending.Contains).Distinct()];
        foreach (var number in returned)
            Return(consumer, number);
        Count(returned);
        Pump();
    }

    public void Deliver(Consumer consumer, int number)
    {
        var (entry, state) = (Topic.Entries[number], Cursor.State(number));
        Cursor.Take(number);
        consumer.Permits -= entry.Messages;     // an entry is sent whole as soon as there is one permit
        consumer.Hold(entry);
        if (state.DeliveredTo.Count > 0)
            RedeliveredEntries++;
        state.DeliveredTo.Add(consumer.Name);
        DeliveredMessages += entry.Messages;
        consumer.Connection.Send(Commands.Message(consumer.Id, Topic.Id(number), state.RedeliveryCount), entry.Metadata, entry.Payload);
    }

    public void ReturnAll(Consumer consumer)
    {
        foreach (var number in consumer.Pending.ToArray())
            Return(consumer, number);
    }

    public void Pump() => _dispatcher.Pump();

    private void Acknowledge(int number)
    {
        foreach (var consumer in _consumers)
            consumer.Release(Topic.Entries[number]);
        Cursor.Acknowledge(number);
    }

    private void Return(Consumer consumer, int number)
    {
        consumer.Release(Topic.Entries[number]);
        Cursor.Return(number);
    }

    private void Count(IEnumerable<int> numbers)
    {
        if (!_dispatcher.RedeliversSingly)
            return;
        foreach (var number in numbers)
            MaxRedeliveryCount = Math.Max(MaxRedeliveryCount, ++Cursor.State(number).RedeliveryCount);
    }
}
