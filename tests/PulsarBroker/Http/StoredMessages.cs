using System.Text;
using Google.Protobuf.Collections;
using PulsarBroker.Control;
using PulsarBroker.Protocol;
using PulsarBroker.Topics;

namespace PulsarBroker.Http;

/// <summary>Unpacks what lies in a topic.</summary>
internal static class StoredMessages
{
    public static IEnumerable<StoredMessage> Of(Topic topic)
    {
        Entry[] entries;
        lock (topic.Gate)
            entries = [.. topic.Entries];
        return entries.SelectMany(entry => Of(topic, entry));
    }

    private static IEnumerable<StoredMessage> Of(Topic topic, Entry entry)
    {
        var metadata = entry.Metadata;
        var id = Statistics.Name(topic, entry);
        if (!entry.IsBatch)
        {
            return [new StoredMessage($"{id}:-1", metadata.HasKey ? metadata.Key : null, metadata.KeyIsBase64, metadata.EventTime, metadata.ProducerName,
                Encoding.UTF8.GetString(entry.Payload), Read(metadata.Properties))];
        }
        return Batch.Decode(entry.Payload, entry.Messages).Select((message, i) => new StoredMessage($"{id}:{i}",
            message.Metadata.HasKey ? message.Metadata.Key : null, message.Metadata.KeyIsBase64, message.Metadata.EventTime, metadata.ProducerName,
            Encoding.UTF8.GetString(message.Payload.Span), Read(message.Metadata.Properties)));
    }

    private static Dictionary<string, string> Read(RepeatedField<Pair> pairs) => pairs.ToDictionary(p => p.Key, p => p.Value);
}
