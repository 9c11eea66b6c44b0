using System.Diagnostics;
using System.Text;
using Google.Protobuf.Collections;
using PulsarBroker.Control;
using PulsarBroker.Protocol;

namespace PulsarBroker.Http;

/// <summary>Puts messages into topics as a producer would that batches: what DotPulsar's never does.</summary>
internal sealed class TestProducer(Broker broker)
{
    private const string Name = "test";

    /// <summary>Returns the number of messages when all are stored.</summary>
    public async Task<int> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        if (request.BatchSize < 1)
            throw new ArgumentException($"batchSize is {request.BatchSize}; it must be at least 1.");
        var parts = broker.Parts(request.Topic);
        var (published, entries) = (0, 0);
        var clock = Stopwatch.StartNew();
        foreach (var messages in request.All().Chunk(request.BatchSize))
        {
            if (request.PerSecond > 0 && TimeSpan.FromSeconds((double)published / request.PerSecond) - clock.Elapsed is { Ticks: > 0 } early)
                await Task.Delay(early, cancellationToken);
            // The messages of a key stay in one partition.
            var part = messages[0].Key is { } key ? Crc32C.Compute(Encoding.UTF8.GetBytes(key)) : (uint)entries;
            var (metadata, payload) = request.BatchSize > 1 ? Batched(messages, published) : Single(messages[0], published);
            parts[(int)(part % (uint)parts.Count)].Append(metadata, payload);
            published += messages.Length;
            entries++;
        }
        return published;
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
            ProducerName = Name,
            SequenceId = (ulong)sequence,
            PublishTime = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        if (message.Key is not null)
            metadata.Key = message.Key;
        return metadata;
    }

    private static void Add(RepeatedField<Pair> properties, PublishedMessage message) =>
        properties.AddRange(message.Properties.Select(p => new Pair { Key = p.Key, Value = p.Value }));
}
