using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Tells the broker what became of messages. It can do so a little longer than the drain, so that finished work is still acknowledged.</summary>
internal sealed class Acknowledgements(
    IConsumer<ReadOnlySequence<byte>> consumer, DeliveryHistory history, ILogger logger, CancellationToken commit) : IDisposable
{
    /// <summary>A burst of acknowledgements needs one confirmation.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(0.01);

    /// <summary>Under load: 10 confirmations/s.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.1);

    /// <summary>A topic that moves to another broker is back in less than a second.</summary>
    private static readonly TimeSpan ReconnectWithin = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _unconfirmed = new(0, 1);
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>True when the client has sent it, or for a message of a batch that is not complete yet will send it with the last one.</summary>
    public async Task<bool> AcknowledgeAsync(MessageId id)
    {
        try
        {
            await consumer.Acknowledge(id, commit);
        }
        catch (Exception e)
        {
            history.NotAcknowledged(id);
            logger.NotAcknowledged(id, ConnectionProblems.Reason(e));
            return false;
        }
        history.Acknowledged(id);
        Confirm();
        return true;
    }

    /// <summary>No more messages of its batch will come. If all are handled by now, it is to be confirmed, and nothing else may ask for it.</summary>
    public void BatchIsComplete(MessageId id)
    {
        history.BatchIsComplete(id);
        Confirm();
    }

    /// <summary>It is left to be delivered again, and that is no copy then.</summary>
    public void Leave(MessageId id) => history.Released(id);

    /// <summary>Has failed messages delivered again, here or elsewhere. It counts as an attempt.</summary>
    public async Task HandBackAsync(IReadOnlyCollection<MessageId> ids)
    {
        foreach (var id in ids) history.Released(id);
        try
        {
            await consumer.RedeliverUnacknowledgedMessages(ids, commit);
        }
        catch (Exception e)
        {
            logger.NotHandedBack(ids.Count, ConnectionProblems.Reason(e));
        }
    }

    /// <summary>
    /// The broker confirms no acknowledgements, but it executes commands in order: its answer to a question that was sent behind them
    /// says that it has read them. What it has read it does not deliver again, but on purpose.
    /// </summary>
    public async Task ConfirmAllAsync()
    {
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                await _unconfirmed.WaitAsync(_disposed.Token);
                await Task.Delay(Gather, _disposed.Token);
                var upTo = history.Last();
                await consumer.GetLastMessageIds(_disposed.Token).AsTask().WaitAsync(_disposed.Token);
                history.Confirmed(upTo);
            }
            catch (Exception)
            {
                // No answer: the connection is lost, or the consumer is closed. What is not confirmed stays so.
            }
            await Task.Delay(Interval, _disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Acknowledges again what is in doubt. The close would have the broker deliver it to another worker.</summary>
    public async Task RepeatAsync()
    {
        if (history.HandledInDoubt.Count == 0) return;
        try
        {
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(commit);
            bound.CancelAfter(ReconnectWithin);
            await consumer.StateChangedFrom(ConsumerState.Disconnected, bound.Token);
            await consumer.Acknowledge(history.HandledInDoubt, bound.Token);
        }
        catch (Exception)
        {
            // There is no connection. The report says it.
        }
    }

    public void Dispose() => _disposed.Cancel();

    private void Confirm()
    {
        if (_unconfirmed.CurrentCount > 0) return;
        try
        {
            _unconfirmed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another handler was quicker.
        }
    }
}
