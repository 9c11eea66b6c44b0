using System.Buffers.Binary;
using System.Numerics;

namespace PulsarBroker.Protocol;

/// <summary>The Castagnoli checksum of Pulsar frames.</summary>
public static class Crc32C
{
    /// <summary>Computes the checksum with the processor's own instruction where it has one.</summary>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var value in data)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
