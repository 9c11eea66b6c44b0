using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>
/// Failover: how this consumer becomes the active one while its predecessor is still at work. The broker tells both at the same moment,
/// and sends this one all that is not acknowledged; among it what the predecessor is just finishing.
/// </summary>
/// <remarks>
/// So it waits until that is acknowledged. Whatever it was sent by then may be out of date: it has the broker go back to the first
/// message that is not acknowledged now (a redelivery does that on Failover), and drops what was sent before.
/// </remarks>
internal sealed class Takeover(
    IConsumer<ReadOnlySequence<byte>> consumer, MessageSource source, DeliveryHistory history, TimeSpan wait, CancellationToken stopRequested)
{
    /// <summary>What was sent before is in the client by then; a broker that is busy has been seen to take more than 0.1 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(0.5);

    private MessageId? _dropped;
    private int _asked;

    public async Task CompleteAsync()
    {
        var hasBegun = source.HasBegun;
        await Task.Delay(wait, stopRequested);
        if (!hasBegun) return; // The broker was not asked for any yet: it begins with the first that is not acknowledged.

        await GoBackAsync();
        while (!await DropAsync())
        {
            await Task.Delay(wait, stopRequested);
            await GoBackAsync();
        }
    }

    /// <summary>
    /// The first time nothing has been taken for a while. So the client is full, or there is no more, and the broker does not read:
    /// Pulsar 4.0.7 has been seen to go back in the middle of a read, and to go on behind that one, which left out 300 messages.
    /// </summary>
    private async Task GoBackAsync()
    {
        _asked++;
        history.GoesBack();
        await consumer.RedeliverUnacknowledgedMessages(stopRequested);
    }

    /// <summary>Drops what was sent before the broker went back, which shows in an earlier message than the last one.</summary>
    /// <returns>False: that does not show. All that was dropped is acknowledged by now, and what comes is to be handled.</returns>
    private async Task<bool> DropAsync()
    {
        using var patience = new CancellationTokenSource(wait);
        for (var drops = false; !patience.IsCancellationRequested;)
        {
            if (await source.NextAsync(Silence, stopRequested) is not { } message)
            {
                if (!drops) return true;
                await GoBackAsync(); // At the end of the topic: some of these may have been sent after it.
                drops = false;
            }
            else if (_dropped is not null && !IsBehind(message.MessageId, _dropped))
            {
                if (--_asked == 0) history.WentBack();
                source.Return(message);
                return true;
            }
            else
            {
                (_dropped, drops) = (message.MessageId, true);
            }
        }
        return false;
    }

    private static bool IsBehind(MessageId one, MessageId other) =>
        one.LedgerId == other.LedgerId && one.EntryId == other.EntryId ? one.BatchIndex > other.BatchIndex : one > other;
}
