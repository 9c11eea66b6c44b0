using System.Buffers.Binary;

namespace PulsarBroker.Protocol;

/// <summary>Cuts a stream into frames.</summary>
public sealed class FrameReader(Stream stream)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Returns the next frame, or null when the other side has closed the connection between two frames.</summary>
    /// <exception cref="InvalidDataException">The bytes are no frame.</exception>
    /// <exception cref="EndOfStreamException">The connection ended within a frame.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(4, cancellationToken))
            return null;
        var total = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (total is < 4 or > Frame.MaxSize)
            throw new InvalidDataException($"A frame says it has {total} bytes; 4 to {Frame.MaxSize} are possible.");
        if (!await FillAsync(4 + total, cancellationToken))
            throw new EndOfStreamException();

        var size = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 4));
        if (size < 0 || size > total - 4)
            throw new InvalidDataException($"A command says it has {size} bytes in a frame of {total}.");
        var command = Command.Parser.ParseFrom(_buffer, _start + 8, size);
        var rest = size == total - 4 ? [] : _buffer.AsSpan(_start + 8 + size, total - 4 - size).ToArray();
        _start += 4 + total;
        return new Frame(command, rest);
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            MakeRoom(count);
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
                return _end == _start ? false : throw new EndOfStreamException();
            _end += read;
        }
        return true;
    }

    private void MakeRoom(int count)
    {
        if (_buffer.Length - _start >= count && _end < _buffer.Length)
            return;
        var target = _buffer.Length >= count ? _buffer : new byte[count];
        Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
        (_buffer, _start, _end) = (target, 0, _end - _start);
    }
}
