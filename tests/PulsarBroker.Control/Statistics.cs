using System.Text;
using PulsarBroker.Protocol;

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
    string Id, string? Key, bool KeyIsBase64, ulong EventTime, string ProducerName, string Payload, IReadOnlyDictionary<string, string> Properties)
{
    public string? OrderingKey { get; init; }

    public byte[]? SchemaVersion { get; init; }

    /// <summary>The messages of an entry.</summary>
    public static IEnumerable<StoredMessage> Of(string id, Metadata metadata, ReadOnlyMemory<byte> payload)
    {
        var version = metadata.HasSchemaVersion ? metadata.SchemaVersion.ToByteArray() : null;
        if (!metadata.HasNumMessages)
        {
            return [new StoredMessage($"{id}:-1", metadata.HasKey ? metadata.Key : null, metadata.KeyIsBase64, metadata.EventTime, metadata.ProducerName,
                Encoding.UTF8.GetString(payload.Span), Read(metadata.Properties))
            {
                OrderingKey = metadata.HasOrderingKey ? metadata.OrderingKey.ToStringUtf8() : null, SchemaVersion = version,
            }];
        }
        return Batch.Decode(payload, metadata.NumMessages).Select((message, i) => new StoredMessage($"{id}:{i}",
            message.Metadata.HasKey ? message.Metadata.Key : null, message.Metadata.KeyIsBase64, message.Metadata.EventTime, metadata.ProducerName,
            Encoding.UTF8.GetString(message.Payload.Span), Read(message.Metadata.Properties))
        {
            OrderingKey = message.Metadata.HasOrderingKey ? message.Metadata.OrderingKey.ToStringUtf8() : null, SchemaVersion = version,
        });
    }

    private static Dictionary<string, string> Read(IEnumerable<Pair> pairs) => pairs.ToDictionary(p => p.Key, p => p.Value);
}

/// <summary>One command a client has sent.</summary>
public sealed record LoggedCommand(long Number, string Client, string Kind, string Detail);
