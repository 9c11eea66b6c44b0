using PulsarBroker.Control;
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
        return entries.SelectMany(entry => StoredMessage.Of(Statistics.Name(topic, entry), entry.Metadata, entry.Payload));
    }
}
