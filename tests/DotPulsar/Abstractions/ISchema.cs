using System.Buffers;

namespace DotPulsar.Abstractions;

/// <summary>Turns values into bytes and back.</summary>
public interface ISchema<T>
{
    T Decode(ReadOnlySequence<byte> bytes, byte[]? schemaVersion = null);

    ReadOnlySequence<byte> Encode(T message);

    SchemaInfo SchemaInfo { get; }
}
