using System.Buffers;
using System.Diagnostics;
using DotPulsar;
using DotPulsar.Abstractions;
using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging;

/// <summary>Takes one message to its end: acknowledged, handed back for another attempt, or on the dead letter topic.</summary>
internal sealed class MessageProcessor(IMessageHandler handler, DeadLetterProducer deadLetters, RecentMessages recent, InFlightWork inFlight,
    ShutdownPhases phases, ShutdownReport report, IOptions<PulsarOptions> options, ILogger<MessageProcessor> logger)
{
    public const string ActivitySourceName = "Graceful.Messaging";

    private static readonly ActivitySource Source = new(ActivitySourceName);
    private readonly PulsarOptions _options = options.Value;

    public async Task ProcessAsync(IMessage<ReadOnlySequence<byte>> message, Settlement settlement, WaitingRetries retries, CancellationToken commit)
    {
        var id = settlement.Identify(message.MessageId);
        switch (recent.Begin(id))
        {
            case RecentMessages.Delivery.InProgress: // The acknowledgement of the first copy settles this one too.
                report.Messages.Release();
                return;
            case RecentMessages.Delivery.AlreadyDone:
                await settlement.AcknowledgeAsync(id);
                report.Messages.Release();
                return;
        }

        using var work = inFlight.Begin(id.ToString());
        using var activity = Start(message, id);
        for (var attempt = (int)message.RedeliveryCount; ; attempt++)
        {
            var failure = await TryAsync(message);
            if (failure is null)
            {
                recent.Done(id);
                await AcknowledgeAsync(id, settlement, report.Messages.Complete);
                return;
            }

            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            if (failure is OperationCanceledException && phases.Deadline.IsCancellationRequested)
            {
                recent.Forget(id);
                report.Messages.Abort();
                return;
            }
            var lastAttempt = failure is PoisonMessageException || attempt >= _options.MaxRedeliveries;
            if (lastAttempt && await DeadLetterAsync(message, attempt, failure, commit))
            {
                recent.Done(id);
                await AcknowledgeAsync(id, settlement, report.Messages.DeadLetter);
                return;
            }
            if (!await RetryHereAsync(id, attempt, failure, settlement, retries)) return;
        }
    }

    private async Task<Exception?> TryAsync(IMessage<ReadOnlySequence<byte>> message)
    {
        try
        {
            await handler.HandleAsync(message, phases.Deadline);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private async Task AcknowledgeAsync(MessageId id, Settlement settlement, Action settled)
    {
        if (await settlement.AcknowledgeAsync(id))
        {
            settled();
            return;
        }
        report.Messages.Abort();
        if (phases.Requested.IsCancellationRequested) report.AddAborted($"{id} (handled, but not acknowledged)", TimeSpan.Zero);
    }

    private async Task<bool> DeadLetterAsync(IMessage<ReadOnlySequence<byte>> message, int attempts, Exception failure, CancellationToken commit)
    {
        try
        {
            await deadLetters.SendAsync(message, attempts, failure, commit);
            logger.LogError(failure, "{MessageId} is on the dead letter topic {Topic}", message.MessageId, _options.DeadLetterTopic);
            return true;
        }
        catch (Exception e)
        {
            logger.LogError(e, "{MessageId} could not be put on the dead letter topic {Topic}; it is tried again", message.MessageId, _options.DeadLetterTopic);
            return false;
        }
    }

    /// <summary>True: it is time to try again, here and now. False: the message is no longer this handler's.</summary>
    private async Task<bool> RetryHereAsync(MessageId id, int attempt, Exception failure, Settlement settlement, WaitingRetries retries)
    {
        var delay = Backoff.Delay(attempt, _options.RetrySeconds, _options.MaxRetrySeconds);
        logger.LogWarning(failure, "Attempt {Attempt} to handle {MessageId} failed; the next one is in {DelaySeconds:0.0} s", attempt + 1, id, delay.TotalSeconds);
        if (settlement.CanHandBackAlone(id))
        {
            await retries.AddAsync(id, delay);
            return false;
        }

        await Task.Delay(delay, phases.Requested).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!phases.Requested.IsCancellationRequested) return true;
        recent.Forget(id);
        report.Messages.Release(); // The close of the consumer hands it back.
        return false;
    }

    private Activity? Start(IMessage message, MessageId id)
    {
        if (!Source.HasListeners()) return null;
        message.Properties.TryGetValue("messaging.trace_parent", out var parent); // Where DotPulsar's producers put it.
        message.Properties.TryGetValue("messaging.trace_state", out var state);
        ActivityContext.TryParse(parent, state, isRemote: true, out var context);
        return Source.StartActivity($"process {_options.Topic}", ActivityKind.Consumer, context)
            ?.SetTag("messaging.system", "pulsar")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", _options.Topic)
            .SetTag("messaging.consumer.group.name", _options.Subscription)
            .SetTag("messaging.message.id", id.ToString());
    }
}
