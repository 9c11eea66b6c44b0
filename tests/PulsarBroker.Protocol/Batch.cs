using System.Buffers.Binary;
using Google.Protobuf;

namespace PulsarBroker.Protocol;

/// <summary>One message of a batch.</summary>
public readonly record struct BatchedMessage(SingleMetadata Metadata, ReadOnlyMemory<byte> Payload);

/// <summary>The payload of an entry with several messages: for each its size, its metadata and its own payload.</summary>
public static class Batch
{
    /// <summary>Packs messages; the metadata of the entry must carry their number.</summary>
    public static byte[] Encode(IEnumerable<BatchedMessage> messages)
    {
        var batch = new MemoryStream();
        Span<byte> size = stackalloc byte[4];
        foreach (var (metadata, payload) in messages)
        {
            metadata.PayloadSize = payload.Length;
            BinaryPrimitives.WriteInt32BigEndian(size, metadata.CalculateSize());
            batch.Write(size);
            metadata.WriteTo(batch);
            batch.Write(payload.Span);
        }
        return batch.ToArray();
    }

    /// <summary>Unpacks <paramref name="count"/> messages.</summary>
    /// <exception cref="InvalidDataException">The payload does not hold that many.</exception>
    public static IReadOnlyList<BatchedMessage> Decode(ReadOnlyMemory<byte> payload, int count)
    {
        var messages = new List<BatchedMessage>();
        for (var i = 0; i < count; i++)
        {
            var size = payload.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(payload.Span);
            if (size < 0 || size > payload.Length - 4)
                throw new InvalidDataException($"A batch of {count} messages ends in message {i}.");
            var metadata = SingleMetadata.Parser.ParseFrom(payload.Span.Slice(4, size));
            payload = payload[(4 + size)..];
            if (metadata.PayloadSize < 0 || metadata.PayloadSize > payload.Length)
                throw new InvalidDataException($"A batch of {count} messages ends in the payload of message {i}.");
            messages.Add(new BatchedMessage(metadata, payload[..metadata.PayloadSize]));
            payload = payload[metadata.PayloadSize..];
        }
        return messages;
    }
}
