using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Sees to it that there is a subscription on the dead letter topic: a topic without one is deleted with all that is in it.</summary>
/// <remarks>The client's producers cannot ask for one. So a consumer subscribes and leaves again, and the subscription stays.</remarks>
internal sealed class DeadLetterSubscription(PulsarClients clients, IOptions<PulsarOptions> options, ILogger<DeadLetters> logger)
{
    private readonly PulsarOptions _options = options.Value;
    private bool _isThere = string.IsNullOrEmpty(options.Value.DeadLetterSubscription);
    private string? _said;

    /// <exception cref="InvalidOperationException">There is none, and it cannot be made.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_isThere) return;
        Exception? failure = null;
        var client = clients.Create(context =>
        {
            failure = context.Exception;
            if (context.Exception is not (ConsumerBusyException or AuthorizationException or AuthenticationException)) return ValueTask.CompletedTask;
            context.Result = FaultAction.Rethrow;
            context.ExceptionHandled = true;
            return ValueTask.CompletedTask;
        });
        try
        {
            var state = await SubscribeAsync(client, cancellationToken);
            // Busy: somebody consumes there in another way, so it is there.
            _isThere = state is ConsumerState.Active || failure is ConsumerBusyException;
        }
        catch (OperationCanceledException)
        {
            // Too long: the last failure says why.
        }
        finally
        {
            await client.DisposeWithinAsync();
        }
        if (_isThere) return;
        var reason = failure is null ? "no answer" : ConnectionProblems.Reason(failure);
        if (_said != reason) logger.NoDeadLetterSubscription(_options.DeadLetterTopic, _options.DeadLetterSubscription, _said = reason);
        throw new InvalidOperationException($"There is no subscription '{_options.DeadLetterSubscription}' on it: {reason}");
    }

    private async Task<ConsumerState> SubscribeAsync(IPulsarClient client, CancellationToken cancellationToken)
    {
        var consumer = client.NewConsumer(Schema.ByteSequence)
            .Topic(_options.DeadLetterTopic)
            .SubscriptionName(_options.DeadLetterSubscription)
            .SubscriptionType(SubscriptionType.Shared)
            .InitialPosition(SubscriptionInitialPosition.Earliest)
            .Create();
        var state = await consumer.StateChangedFrom(ConsumerState.Disconnected, cancellationToken);
        // Of a partitioned topic the client tells the state of the first partition; this waits for all.
        if (state.ConsumerState == ConsumerState.Active) await consumer.GetLastMessageIds(cancellationToken);
        return state.ConsumerState;
    }
}
