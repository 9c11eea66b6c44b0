using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using PulsarBroker.Protocol;

namespace PulsarBroker.Control;

/// <summary>What a producer sends at once: a single message, or a batch. DotPulsar's producers never batch.</summary>
/// <param name="Partition">To be taken modulo the number of partitions: the messages of a key stay in one.</param>
public sealed record PublishedEntry(Metadata Metadata, byte[] Payload, int Messages, uint Partition)
{
    private const string ProducerName = "test";

    public static IEnumerable<PublishedEntry> Of(PublishRequest request)
    {
        if (request.BatchSize < 1)
            throw new ArgumentException($"batchSize is {request.BatchSize}; it must be at least 1.");
        var (published, entries) = (0, 0u);
        foreach (var messages in request.All().Chunk(request.BatchSize))
        {
            var partition = messages[0].Key is { } key ? Crc32C.Compute(Encoding.UTF8.GetBytes(key)) : entries;
            var (metadata, payload) = request.BatchSize > 1 ? Batched(messages, published) : Single(messages[0], published);
            if (request.Compression != Compression.None)
            {
                (metadata.Compression, metadata.UncompressedSize) = ((int)request.Compression, (uint)payload.Length);
                payload = request.Compression.Compress(payload);
            }
            yield return new(metadata, payload, messages.Length, partition);
            published += messages.Length;
            entries++;
        }
    }

    private static (Metadata, byte[]) Single(PublishedMessage message, int sequence)
    {
        var metadata = Entry(message, sequence);
        if (message.EventTime > 0)
            metadata.EventTime = message.EventTime;
        Add(metadata.Properties, message);
        return (metadata, Encoding.UTF8.GetBytes(message.Payload));
    }

    private static (Metadata, byte[]) Batched(PublishedMessage[] messages, int sequence)
    {
        var metadata = Entry(messages[0], sequence);
        metadata.NumMessages = messages.Length;
        return (metadata, Batch.Encode(messages.Select((message, i) =>
        {
            var single = new SingleMetadata { SequenceId = (ulong)(sequence + i) };
            if (message.Key is not null)
                single.Key = message.Key;
            if (message.OrderingKey is not null)
                single.OrderingKey = ByteString.CopyFromUtf8(message.OrderingKey);
            if (message.EventTime > 0)
                single.EventTime = message.EventTime;
            Add(single.Properties, message);
            return new BatchedMessage(single, Encoding.UTF8.GetBytes(message.Payload));
        })));
    }

    private static Metadata Entry(PublishedMessage message, int sequence)
    {
        var metadata = new Metadata
        {
            ProducerName = ProducerName,
            SequenceId = (ulong)sequence,
            PublishTime = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        if (message.Key is not null)
            metadata.Key = message.Key;
        if (message.OrderingKey is not null)
            metadata.OrderingKey = ByteString.CopyFromUtf8(message.OrderingKey);
        if (message.SchemaVersion is not null)
            metadata.SchemaVersion = ByteString.CopyFrom(message.SchemaVersion);
        return metadata;
    }

    private static void Add(RepeatedField<Pair> properties, PublishedMessage message) =>
        properties.AddRange(message.Properties.Select(p => new Pair { Key = p.Key, Value = p.Value }));
}
