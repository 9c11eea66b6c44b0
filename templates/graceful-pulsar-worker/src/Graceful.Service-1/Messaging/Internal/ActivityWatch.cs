using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Failover: closes a consumer that is connected while the client does not know whether it is the active one.</summary>
/// <remarks>
/// The broker says it right beside its answer to the subscription. DotPulsar handles the two on two threads that write and read one field
/// without a lock (<c>Process.Handle</c>), and on a busy machine has been seen to lose it: such a consumer stays Disconnected for ever.
/// </remarks>
internal sealed class ActivityWatch(IConsumer consumer, int earlierFailures)
{
    /// <summary>Longer each time: how long the broker waits before it says it can be set, by default to 1 s (activeConsumerFailoverDelayTimeMillis).</summary>
    private readonly TimeSpan _knownWithin = TimeSpan.FromSeconds(10 * (earlierFailures + 1));

    public string Reason => $"it is connected, but after {_knownWithin.TotalSeconds} s the client does not know whether it is the active one";

    public bool HasClosed { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        try
        {
            while ((await consumer.StateChangedTo(ConsumerState.Disconnected, end)).ConsumerState == ConsumerState.Disconnected)
            {
                await consumer.GetLastMessageIds(end).AsTask().WaitAsync(end); // Answered as soon as there is a connection.
                if (await IsKnownAsync(end)) continue;
                HasClosed = true;
                await consumer.DisposeAsync();
            }
        }
        catch (Exception)
        {
            // The session has ended, or it fails for the same reason and says it.
        }
    }

    private async Task<bool> IsKnownAsync(CancellationToken end)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
        patience.CancelAfter(_knownWithin);
        try
        {
            await consumer.StateChangedFrom(ConsumerState.Disconnected, patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            return false;
        }
    }
}
