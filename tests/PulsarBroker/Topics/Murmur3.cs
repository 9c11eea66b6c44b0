using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace PulsarBroker.Topics;

/// <summary>The hash by which a broker chooses: MurmurHash3 of 32 bits, without its sign.</summary>
internal static class Murmur3
{
    private const uint C1 = 0xcc9e2d51, C2 = 0x1b873593;

    public static int Hash(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        var (hash, length) = (0u, (uint)bytes.Length);
        for (; bytes.Length >= 4; bytes = bytes[4..])
            hash = (BitOperations.RotateLeft(hash ^ Mix(BinaryPrimitives.ReadUInt32LittleEndian(bytes)), 13) * 5) + 0xe6546b64;
        var rest = 0u;
        for (var i = bytes.Length - 1; i >= 0; i--)
            rest = (rest << 8) | bytes[i];
        hash ^= Mix(rest) ^ length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return (int)((hash ^ (hash >> 16)) & int.MaxValue);
    }

    private static uint Mix(uint block) => BitOperations.RotateLeft(block * C1, 15) * C2;
}
