using System.Buffers.Binary;
using Google.Protobuf;

namespace PulsarBroker.Protocol;

/// <summary>One frame: the command and, for SEND and MESSAGE, everything that follows it.</summary>
public readonly record struct Frame(Command Command, ReadOnlyMemory<byte> Rest)
{
    /// <summary>The largest payload a broker accepts by default.</summary>
    public const int MaxMessageSize = 5 * 1024 * 1024;

    // What a frame of the largest payload may add with its command and metadata (10 KiB in the broker's source).
    internal const int MaxSize = MaxMessageSize + (10 * 1024);

    private const ushort Magic = 0x0e01;
    private const ushort BrokerMetadataMagic = 0x0e02;
    private const int ChecksumStart = 2;
    private const int CheckedStart = 6;
    private const int MetadataStart = 10;

    /// <summary>Writes a frame without a payload: total size, command size, command.</summary>
    public static byte[] Encode(Command command)
    {
        var frame = new byte[8 + command.CalculateSize()];
        WriteCommand(frame, command, frame.Length - 8);
        return frame;
    }

    /// <summary>Writes a frame with a payload: the command, then magic, checksum, size of the metadata, metadata, payload.</summary>
    public static byte[] Encode(Command command, Metadata metadata, ReadOnlySpan<byte> payload)
    {
        var (commandSize, metadataSize) = (command.CalculateSize(), metadata.CalculateSize());
        var frame = new byte[8 + commandSize + MetadataStart + metadataSize + payload.Length];
        WriteCommand(frame, command, commandSize);

        var rest = frame.AsSpan(8 + commandSize);
        BinaryPrimitives.WriteUInt16BigEndian(rest, Magic);
        BinaryPrimitives.WriteInt32BigEndian(rest[CheckedStart..], metadataSize);
        metadata.WriteTo(rest.Slice(MetadataStart, metadataSize));
        payload.CopyTo(rest[(MetadataStart + metadataSize)..]);
        BinaryPrimitives.WriteUInt32BigEndian(rest[ChecksumStart..], Crc32C.Compute(rest[CheckedStart..]));
        return frame;
    }

    /// <summary>Splits <see cref="Rest"/>. False: the checksum is missing or wrong, or the sizes do not add up.</summary>
    public bool TryGetPayload(out Metadata metadata, out ReadOnlyMemory<byte> payload)
    {
        (metadata, payload) = (new Metadata(), default);
        var rest = WithoutBrokerMetadata(Rest);
        if (rest.Length < MetadataStart || BinaryPrimitives.ReadUInt16BigEndian(rest.Span) != Magic)
            return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(rest.Span[ChecksumStart..]) != Crc32C.Compute(rest.Span[CheckedStart..]))
            return false;
        var size = BinaryPrimitives.ReadInt32BigEndian(rest.Span[CheckedStart..]);
        if (size < 0 || size > rest.Length - MetadataStart)
            return false;
        metadata = Metadata.Parser.ParseFrom(rest.Span.Slice(MetadataStart, size));
        payload = rest[(MetadataStart + size)..];
        return true;
    }

    private static ReadOnlyMemory<byte> WithoutBrokerMetadata(ReadOnlyMemory<byte> rest)
    {
        if (rest.Length < 6 || BinaryPrimitives.ReadUInt16BigEndian(rest.Span) != BrokerMetadataMagic)
            return rest;
        var size = BinaryPrimitives.ReadInt32BigEndian(rest.Span[2..]);
        return size < 0 || size > rest.Length - 6 ? default : rest[(6 + size)..];
    }

    private static void WriteCommand(Span<byte> frame, Command command, int size)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], size);
        command.WriteTo(frame.Slice(8, size));
    }
}
