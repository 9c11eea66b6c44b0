using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Takes one message to its end: acknowledged, left for another attempt, or on the dead letter topic.</summary>
internal sealed class MessageProcessor(HandlerInvoker handler, DeadLetters deadLetters, InFlightWork inFlight, ShutdownPhases phases,
    ShutdownReport report, IOptions<PulsarOptions> options, ILogger<MessageProcessor> logger)
{
    public async Task ProcessAsync(Delivery delivery)
    {
        using var work = inFlight.Begin(delivery.Id.ToString());
        for (var attempt = (int)delivery.Message.RedeliveryCount; ; attempt++)
        {
            var delay = Backoff.Delay(attempt, options.Value.RetrySeconds, options.Value.MaxRetrySeconds);
            if (await IsSettledAsync(delivery, attempt, delay) || !await delivery.WaitForRetryAsync(delay)) return;
        }
    }

    /// <summary>One attempt. False: it needs another one.</summary>
    private async Task<bool> IsSettledAsync(Delivery delivery, int attempt, TimeSpan delay)
    {
        try
        {
            var failure = await handler.TryAsync(delivery.Message);
            if (failure is null)
            {
                await AcknowledgeAsync(delivery, Outcome.Completed);
                return true;
            }
            // Clients of databases and services have exceptions of their own for a token that has fired.
            if (phases.Deadline.IsCancellationRequested && failure is not PoisonMessageException)
            {
                delivery.Leave(Outcome.Aborted);
                return true;
            }

            var isLast = failure is PoisonMessageException || attempt >= options.Value.MaxRedeliveries;
            if (isLast && await deadLetters.TryAddAsync(delivery.Message, attempt, failure))
            {
                await AcknowledgeAsync(delivery, Outcome.DeadLettered);
                return true;
            }

            logger.AttemptFailed(failure, attempt + 1, delivery.Id, delay.TotalSeconds);
        }
        catch (Exception e) // A log that throws, as it does for an exception whose text cannot be read.
        {
            logger.LeftUnsettled(e, delivery.Id, delay.TotalSeconds);
        }
        return false;
    }

    private async Task AcknowledgeAsync(Delivery delivery, Outcome outcome)
    {
        if (await delivery.AcknowledgeAsync(outcome) || !phases.StopRequested.IsCancellationRequested) return;
        report.AddAborted($"{delivery.Id} (handled, but not acknowledged)", TimeSpan.Zero);
    }
}
