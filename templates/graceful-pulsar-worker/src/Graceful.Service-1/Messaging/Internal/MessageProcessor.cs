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
            var failure = await handler.TryAsync(delivery.Message);
            if (failure is null)
            {
                await AcknowledgeAsync(delivery, Outcome.Completed);
                return;
            }
            // Clients of databases and services have exceptions of their own for a token that has fired.
            if (phases.Deadline.IsCancellationRequested && failure is not PoisonMessageException)
            {
                delivery.Leave(Outcome.Aborted);
                return;
            }

            var isLast = failure is PoisonMessageException || attempt >= options.Value.MaxRedeliveries;
            if (isLast && await deadLetters.TryAddAsync(delivery.Message, attempt, failure))
            {
                await AcknowledgeAsync(delivery, Outcome.DeadLettered);
                return;
            }

            var delay = Backoff.Delay(attempt, options.Value.RetrySeconds, options.Value.MaxRetrySeconds);
            logger.AttemptFailed(failure, attempt + 1, delivery.Id, delay.TotalSeconds);
            if (!await delivery.WaitForRetryAsync(delay)) return;
        }
    }

    private async Task AcknowledgeAsync(Delivery delivery, Outcome outcome)
    {
        if (await delivery.AcknowledgeAsync(outcome) || !phases.StopRequested.IsCancellationRequested) return;
        report.AddAborted($"{delivery.Id} (handled, but not acknowledged)", TimeSpan.Zero);
    }
}
