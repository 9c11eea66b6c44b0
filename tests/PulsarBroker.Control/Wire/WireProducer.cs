using System.Diagnostics;
using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Control.Wire;

/// <summary>Publishes through the protocol, to any broker.</summary>
public static class WireProducer
{
    /// <summary>What may be under way at a time; a broker stops reading at 1,000.</summary>
    private const int Window = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Returns when all are stored.</summary>
    public static async Task PublishAsync(Uri url, PublishRequest request)
    {
        await using var connection = await WireConnection.OpenAsync(url);
        var topic = TopicNames.Full(request.Topic);
        var partitions = await connection.PartitionsAsync(topic);
        for (var i = 0; i < Math.Max(1, partitions); i++)
        {
            var (part, id) = (partitions == 0 ? topic : $"{topic}-partition-{i}", (ulong)i);
            await connection.LookUpAsync(part);
            await connection.AskAsync(ask => new() { Kind = Kind.Producer, Producer = new() { Topic = part, ProducerId = id, RequestId = ask } });
        }

        using var window = new SemaphoreSlim(Window);
        var receipts = Task.Run(() => ReadReceiptsAsync(connection, window));
        var (sequence, published, clock) = (0ul, 0, Stopwatch.StartNew());
        foreach (var entry in PublishedEntry.Of(request))
        {
            if (request.PerSecond > 0 && TimeSpan.FromSeconds((double)published / request.PerSecond) - clock.Elapsed is { Ticks: > 0 } early)
                await Task.Delay(early);
            if (!await window.WaitAsync(Patience) || receipts.IsFaulted)
                break;
            var part = (ulong)(entry.Partition % (uint)Math.Max(1, partitions));
            await connection.WriteAsync(Frame.Encode(Commands.Send(part, sequence++, entry.Messages), entry.Metadata, entry.Payload));
            published += entry.Messages;
        }
        for (var i = 0; i < Window && !receipts.IsFaulted; i++)
        {
            if (!await window.WaitAsync(Patience) && !receipts.IsFaulted)
                throw new TimeoutException($"The broker has stored only a part of {published} messages.");
        }
        if (receipts.IsFaulted)
            await receipts;
    }

    private static async Task ReadReceiptsAsync(WireConnection connection, SemaphoreSlim window)
    {
        await foreach (var frame in connection.Frames.ReadAllAsync())
        {
            if (frame.Command.Kind == Kind.SendError)
                throw new WireException(frame.Command.SendError.Error, frame.Command.SendError.Text);
            if (frame.Command.Kind == Kind.SendReceipt)
                window.Release();
        }
    }
}
