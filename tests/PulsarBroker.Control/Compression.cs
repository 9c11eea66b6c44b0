using System.IO.Compression;
using IronSnappy;
using K4os.Compression.LZ4;

namespace PulsarBroker.Control;

/// <summary>The codecs of the protocol, by its numbers.</summary>
public enum Compression
{
    None = 0,
    Lz4 = 1,
    Zlib = 2,
    Zstd = 3,
    Snappy = 4,
}

internal static class CompressionExtensions
{
    public static byte[] Compress(this Compression compression, byte[] payload)
    {
        switch (compression)
        {
            case Compression.Lz4:
                var block = new byte[LZ4Codec.MaximumOutputSize(payload.Length)];
                return block[..LZ4Codec.Encode(payload, block)];
            case Compression.Zlib:
                var stream = new MemoryStream();
                using (var zlib = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true))
                    zlib.Write(payload);
                return stream.ToArray();
            case Compression.Zstd:
                using (var zstd = new ZstdSharp.Compressor())
                    return zstd.Wrap(payload).ToArray();
            case Compression.Snappy:
                return Snappy.Encode(payload);
            default:
                return payload;
        }
    }
}
