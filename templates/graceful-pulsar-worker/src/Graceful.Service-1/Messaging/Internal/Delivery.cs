using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>A message in hand, and the ways to bring it to an end. Exactly one of them has to be taken.</summary>
internal sealed class Delivery(
    IMessage<ReadOnlySequence<byte>> message, Func<ActivePeriod> currentPeriod, Acknowledgements acknowledgements, WaitingRetries? retries,
    ConsumerServices services)
{
    /// <summary>Between the last attempts at a message of a batch that was begun, once the stop is requested.</summary>
    private static readonly TimeSpan RetryWhileStopping = TimeSpan.FromSeconds(0.1);

    public IMessage<ReadOnlySequence<byte>> Message => message;

    public MessageId Id => message.MessageId;

    private bool IsInBatch => Id.BatchIndex >= 0;

    // Not the one in which it was begun: what the broker delivers again in the next one is skipped as a copy while this is in hand.
    private ActivePeriod Period => currentPeriod();

    /// <summary>Until when it may be begun. A message of a batch that was begun has until the deadline.</summary>
    public CancellationToken Until => IsInBatch ? Period.Finish : Period.Begin;

    public bool IsTooLate => Until.IsCancellationRequested;

    /// <summary>It is done.</summary>
    /// <returns>False: the broker will deliver it again.</returns>
    public async Task<bool> AcknowledgeAsync(Outcome outcome)
    {
        var isAcknowledged = await acknowledgements.AcknowledgeAsync(Id);
        services.Counts.Settled(isAcknowledged ? outcome : Outcome.Aborted);
        return isAcknowledged;
    }

    /// <summary>A copy: nothing is to be done, but that the broker may have missed the acknowledgement.</summary>
    public async Task SkipAsync(DeliveryKind kind)
    {
        services.Logger.CopySkipped(Id, kind);
        if (kind == DeliveryKind.CopyHandled) await acknowledgements.AcknowledgeAsync(Id);
    }

    /// <summary>It stays unacknowledged.</summary>
    public void Leave(Outcome outcome)
    {
        acknowledgements.Leave(Id);
        services.Counts.Settled(outcome);
    }

    /// <summary>True: it is time to try again, here and now. False: it was left to be delivered again.</summary>
    /// <remarks>
    /// Only a single message of a Shared subscription can be handed back alone. A batch comes back as a whole, and on a subscription
    /// that keeps an order, also that of a key, later messages would overtake it: there it is tried again in place.
    /// </remarks>
    public async Task<bool> WaitForRetryAsync(TimeSpan delay)
    {
        if (retries is not null && !IsInBatch)
        {
            await retries.AddAsync(Id, delay);
            return false;
        }

        await Task.Delay(delay, Period.Begin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!Period.Begin.IsCancellationRequested) return true;

        // The other messages of its batch would be handled again. So it is brought to an end now, on the dead letter topic if need be.
        if (IsInBatch) await Task.Delay(RetryWhileStopping, Period.Finish).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!IsTooLate) return true;
        Leave(isAtWork: true);
        return false;
    }

    /// <summary>
    /// It is too late for it. It stays unacknowledged, so it is delivered again: when the consumer is closed, or now to another one.
    /// </summary>
    public void Leave() => Leave(isAtWork: false);

    private void Leave(bool isAtWork)
    {
        var breaksUpBatch = IsInBatch && !Period.IsOver;
        Leave(breaksUpBatch ? Outcome.Aborted : Outcome.Released);
        // What is at work at the deadline is in the report by that.
        if (breaksUpBatch && !isAtWork) services.Report.AddAborted($"{Id} (of a batch that was begun)", TimeSpan.Zero);
    }
}
