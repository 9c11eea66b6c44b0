using PulsarBroker.Control;
using PulsarBroker.Topics;

namespace PulsarBroker.Http;

/// <summary>Reads topics under their locks.</summary>
internal static class Statistics
{
    public static TopicStatistics Of(IReadOnlyList<Topic> parts)
    {
        var numbers = parts.Select(Of).ToArray();
        var subscriptions = numbers.SelectMany(n => n.Subscriptions).GroupBy(s => s.Key, s => s.Value).ToDictionary(g => g.Key, g => g.Aggregate(Sum));
        return new(numbers.Sum(n => n.MsgInCounter), numbers.Sum(n => n.Entries), numbers.Sum(n => n.Producers), subscriptions);
    }

    public static IEnumerable<EntryDeliveries> Deliveries(IEnumerable<Topic> parts, string subscription)
    {
        foreach (var part in parts)
        {
            EntryDeliveries[] entries;
            lock (part.Gate)
                entries = part.Subscriptions.TryGetValue(subscription, out var known) ? [.. part.Entries.Select(e => Of(known, e))] : [];
            foreach (var entry in entries)
                yield return entry;
        }
    }

    private static TopicStatistics Of(Topic topic)
    {
        lock (topic.Gate)
        {
            return new(
                topic.Entries.Sum(e => (long)e.Messages),
                topic.Entries.Count,
                topic.Publishers.Count,
                topic.Subscriptions.ToDictionary(s => s.Key, s => Of(s.Value)));
        }
    }

    private static SubscriptionStatistics Of(Subscription subscription)
    {
        var consumers = subscription.Consumers.Select(c => new ConsumerStatistics(
            c.Name,
            c.Connection.Client,
            subscription.Topic.Partition,
            subscription.IsActive(c),
            c.Permits,
            c.Pending.Sum(n => (long)subscription.Topic.Entries[n].Messages))).ToArray();
        return new(
            subscription.Type.ToString(),
            subscription.Cursor.Backlog,
            consumers.Sum(c => c.UnackedMessages),
            subscription.DeliveredMessages,
            subscription.Cursor.AcknowledgedMessages,
            subscription.RedeliveredEntries,
            subscription.MaxRedeliveryCount,
            consumers);
    }

    private static SubscriptionStatistics Sum(SubscriptionStatistics a, SubscriptionStatistics b) => new(
        a.Type,
        a.MsgBacklog + b.MsgBacklog,
        a.UnackedMessages + b.UnackedMessages,
        a.MsgOutCounter + b.MsgOutCounter,
        a.Acknowledged + b.Acknowledged,
        a.Redeliveries + b.Redeliveries,
        Math.Max(a.MaxRedeliveryCount, b.MaxRedeliveryCount),
        [.. a.Consumers, .. b.Consumers]);

    private static EntryDeliveries Of(Subscription subscription, Entry entry)
    {
        var state = subscription.Cursor.State(entry.Number);
        return new(
            Name(subscription.Topic, entry),
            entry.Metadata.HasKey ? entry.Metadata.Key : null,
            entry.Messages,
            [.. state.DeliveredTo],
            state.RedeliveryCount,
            state.Acknowledged,
            state.Acknowledgements);
    }

    internal static string Name(Topic topic, Entry entry) => $"{topic.Id(entry.Number).Ledger}:{entry.Number}:{topic.Partition}";
}
