using System.Text;
using PulsarBroker.Protocol;

namespace PulsarBroker.Tests;

public sealed class FrameTests
{
    [Fact]
    public void The_checksum_is_Castagnolis() => Assert.Equal(0xE3069283, Crc32C.Compute("123456789"u8));

    [Fact]
    public void A_command_is_written_as_the_protocol_says() =>
        // total size 9, command size 5; field 1 (the kind) is 18, and field 18 (tag 0x92 0x01) is empty
        Assert.Equal("00000009" + "00000005" + "0812" + "920100", Convert.ToHexString(Frame.Encode(Commands.Ping())));

    [Fact]
    public void Required_numbers_are_written_even_when_they_are_zero()
    {
        var command = Command.Parser.ParseFrom(Frame.Encode(Commands.Flow(0, 0)).AsSpan(8));

        Assert.True(command.Flow.HasConsumerId);
        Assert.True(command.Flow.HasPermits);
    }

    [Fact]
    public async Task A_message_survives_the_wire_with_its_metadata()
    {
        var sent = Frame.Encode(Commands.Send(1, 2), new Metadata { ProducerName = "p", Key = "k" }, "hello"u8);

        var frame = await Read(sent).ReadAsync(default);

        Assert.True(frame!.Value.TryGetPayload(out var metadata, out var payload));
        Assert.Equal(("p", "k", "hello"), (metadata.ProducerName, metadata.Key, Encoding.UTF8.GetString(payload.Span)));
    }

    [Fact]
    public async Task One_flipped_bit_is_noticed()
    {
        var sent = Frame.Encode(Commands.Send(1, 2), new Metadata { ProducerName = "p" }, "hello"u8);
        sent[^1] ^= 1;

        var frame = await Read(sent).ReadAsync(default);

        Assert.False(frame!.Value.TryGetPayload(out _, out _));
    }

    [Fact]
    public async Task Frames_are_found_however_the_stream_is_cut()
    {
        byte[] two = [.. Frame.Encode(Commands.Ping()), .. Frame.Encode(Commands.Success(7))];
        var reader = new FrameReader(new OneByteAtATime(two));

        Assert.Equal(Command.Types.Kind.Ping, (await reader.ReadAsync(default))!.Value.Command.Kind);
        Assert.Equal(7u, (await reader.ReadAsync(default))!.Value.Command.Success.RequestId);
        Assert.Null(await reader.ReadAsync(default));
    }

    [Fact]
    public async Task A_frame_larger_than_its_buffer_is_read()
    {
        var payload = new byte[300_000];
        Random.Shared.NextBytes(payload);

        var frame = await Read(Frame.Encode(Commands.Send(1, 2), new Metadata(), payload)).ReadAsync(default);

        Assert.True(frame!.Value.TryGetPayload(out _, out var read));
        Assert.Equal(payload, read.ToArray());
    }

    [Theory]
    [InlineData("7fffffff")]
    [InlineData("00000003000000")]
    [InlineData("0000000800000009aabbccdd")]
    public async Task What_is_no_frame_is_refused(string bytes) =>
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Read(Convert.FromHexString(bytes)).ReadAsync(default));

    [Fact]
    public async Task A_connection_that_ends_within_a_frame_is_no_orderly_end() =>
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await Read([0, 0, 0, 9, 0]).ReadAsync(default));

    [Fact]
    public void A_batch_survives_packing()
    {
        var batch = Batch.Encode(Enumerable.Range(0, 3).Select(i => new BatchedMessage(new() { Key = $"k{i}" }, Encoding.UTF8.GetBytes($"m{i}"))));

        var messages = Batch.Decode(batch, 3);

        Assert.Equal(["k0=m0", "k1=m1", "k2=m2"], messages.Select(m => $"{m.Metadata.Key}={Encoding.UTF8.GetString(m.Payload.Span)}"));
    }

    [Fact]
    public void A_batch_with_fewer_messages_than_it_says_is_refused() =>
        Assert.Throws<InvalidDataException>(() => Batch.Decode(Batch.Encode([new(new(), "m"u8.ToArray())]), 2));

    private static FrameReader Read(byte[] bytes) => new(new MemoryStream(bytes));

    private sealed class OneByteAtATime(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..1], cancellationToken);
    }
}
