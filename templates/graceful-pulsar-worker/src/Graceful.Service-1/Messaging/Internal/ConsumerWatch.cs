using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Finds a consumer that gets no messages, for a reason that the client does not see, so that another one takes its place.</summary>
/// <remarks>
/// DotPulsar handles the answer to a subscription and what the broker says right beside it on two threads, which write and read one field
/// without a lock (<c>Process.Handle</c>), and on a busy machine has been seen to lose one of the two.
/// The watch does not close the consumer: for one that waits for an answer that never comes that takes for ever as well.
/// </remarks>
internal sealed class ConsumerWatch(
    IConsumer consumer, ConnectionPatience patience, int earlierFailures, CancellationToken stopRequested) : IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(15);

    /// <summary>Longer than the client takes to notice a dead connection: two keep-alives of 15 s.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(35);

    /// <summary>Longer each time: how long the broker waits before it says it can be set, by default to 1 s (activeConsumerFailoverDelayTimeMillis).</summary>
    private readonly TimeSpan _partKnownWithin = TimeSpan.FromSeconds(10 * (earlierFailures + 1));

    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(stopRequested); // Nothing replaces it then.
    private readonly CancellationTokenSource _givenUp = new();

    /// <summary>Why it was given up; null if it was not.</summary>
    public string? Reason { get; private set; }

    /// <summary>It is to be replaced.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    public void Start()
    {
        var end = _end.Token;
        _ = GiveUpIfAsync(BrokerForgetsItAsync, $"it is connected, but the broker has not answered for it within {AnswerWithin.TotalSeconds} s", end);
        _ = GiveUpIfAsync(ClientForgetsToConnectAsync, "the client neither connects it nor says why", end);
        if (consumer.SubscriptionType != SubscriptionType.Failover) return;
        _ = GiveUpIfAsync(ClientForgetsItsPartAsync,
            $"it is connected, but after {_partKnownWithin.TotalSeconds} s the client does not know whether it is the active one", end);
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        _givenUp.Dispose();
    }

    private async Task GiveUpIfAsync(Func<CancellationToken, Task<bool>> isDead, string reason, CancellationToken end)
    {
        try
        {
            if (!await isDead(end)) return;
            Reason = reason;
            _givenUp.Cancel();
        }
        catch (Exception)
        {
            // The session has ended, or it fails for the same reason and says it.
        }
    }

    private async Task<bool> BrokerForgetsItAsync(CancellationToken end)
    {
        while (true)
        {
            await Task.Delay(AskEvery, end);
            await consumer.StateChangedFrom(ConsumerState.Disconnected, end);
            try
            {
                await consumer.GetLastMessageIds(end).AsTask().WaitAsync(AnswerWithin, end);
            }
            catch (TimeoutException) when (consumer.StateChangedFrom(ConsumerState.Disconnected, end).AsTask().IsCompleted) // It is not looking for a connection.
            {
                return true;
            }
            catch (TimeoutException)
            {
                // The next one waits for the connection.
            }
        }
    }

    private async Task<bool> ClientForgetsToConnectAsync(CancellationToken end)
    {
        while ((await consumer.StateChangedTo(ConsumerState.Disconnected, end)).ConsumerState == ConsumerState.Disconnected)
        {
            try
            {
                await patience.WaitAsync(consumer.StateChangedFrom(ConsumerState.Disconnected, end).AsTask(), end);
            }
            catch (TimeoutException)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Failover: the broker says whether it is the active one at the beginning and after every lost connection.</summary>
    private async Task<bool> ClientForgetsItsPartAsync(CancellationToken end)
    {
        while ((await consumer.StateChangedTo(ConsumerState.Disconnected, end)).ConsumerState == ConsumerState.Disconnected)
        {
            await consumer.GetLastMessageIds(end).AsTask().WaitAsync(end); // Answered as soon as there is a connection.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
            patience.CancelAfter(_partKnownWithin);
            try
            {
                await consumer.StateChangedFrom(ConsumerState.Disconnected, patience.Token);
            }
            catch (OperationCanceledException) when (!end.IsCancellationRequested)
            {
                return true;
            }
        }
        return false;
    }
}
