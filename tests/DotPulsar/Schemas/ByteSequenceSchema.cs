using System.Buffers;
using DotPulsar.Abstractions;

namespace DotPulsar.Schemas;

/// <summary>The bytes as they are; nothing is announced to the broker.</summary>
public sealed class ByteSequenceSchema : ISchema<ReadOnlySequence<byte>>
{
    public SchemaInfo SchemaInfo { get; } = new("Bytes", [], SchemaType.None, new Dictionary<string, string>());

    public ReadOnlySequence<byte> Decode(ReadOnlySequence<byte> bytes, byte[]? schemaVersion = null) => bytes;

    public ReadOnlySequence<byte> Encode(ReadOnlySequence<byte> message) => message;
}

/// <summary>The bytes as they are; nothing is announced to the broker.</summary>
public sealed class ByteArraySchema : ISchema<byte[]>
{
    public SchemaInfo SchemaInfo { get; } = new("Bytes", [], SchemaType.None, new Dictionary<string, string>());

    public byte[] Decode(ReadOnlySequence<byte> bytes, byte[]? schemaVersion = null) => bytes.ToArray();

    public ReadOnlySequence<byte> Encode(byte[] message) => new(message);
}
