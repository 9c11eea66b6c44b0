namespace PulsarBroker.Control;

/// <summary>A topic in numbers; the names that Pulsar's admin API has mean here what they mean there.</summary>
public sealed record TopicStatistics(long MsgInCounter, int Entries, int Producers, IReadOnlyDictionary<string, SubscriptionStatistics> Subscriptions);

/// <summary>A subscription in numbers. All of them are messages but for redeliveries, which are entries.</summary>
public sealed record SubscriptionStatistics(
    string Type,
    long MsgBacklog,
    long UnackedMessages,
    long MsgOutCounter,
    long Acknowledged,
    long Redeliveries,
    uint MaxRedeliveryCount,
    IReadOnlyList<ConsumerStatistics> Consumers);

/// <summary>A consumer of one topic or partition in numbers.</summary>
public sealed record ConsumerStatistics(string ConsumerName, string Address, int Partition, bool Active, long AvailablePermits, long UnackedMessages);

/// <summary>What has become of one entry in a subscription.</summary>
public sealed record EntryDeliveries(
    string Id, string? Key, int Messages, IReadOnlyList<string> DeliveredTo, uint RedeliveryCount, bool Acknowledged, int Acknowledgements);

/// <summary>A message as it lies in a topic: how tests look into a dead letter topic.</summary>
public sealed record StoredMessage(
    string Id, string? Key, bool KeyIsBase64, ulong EventTime, string ProducerName, string Payload, IReadOnlyDictionary<string, string> Properties);

/// <summary>One command a client has sent.</summary>
public sealed record LoggedCommand(long Number, string Client, string Kind, string Detail);
