using System.Buffers;
using System.Diagnostics;
using DotPulsar.Abstractions;
using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Runs the handler on a message, in a scope of its own, as part of the trace that the producer has begun.</summary>
internal sealed class HandlerInvoker(IServiceScopeFactory scopes, ShutdownPhases phases, MessagingMetrics metrics, IOptions<PulsarOptions> options)
{
    private static readonly ActivitySource Source = new(MessagingExtensions.ActivitySourceName);

    /// <summary>Null: it was handled, and all that the handler has used is disposed. Otherwise what went wrong.</summary>
    public async Task<Exception?> TryAsync(IMessage<ReadOnlySequence<byte>> message)
    {
        using var activity = Start(message);
        var started = Stopwatch.GetTimestamp();
        Exception? failure = null;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMessageHandler>().HandleAsync(message, phases.Deadline);
        }
        catch (Exception e)
        {
            failure = e;
            activity?.SetStatus(ActivityStatusCode.Error, e.Message).SetTag("error.type", e.GetType().FullName);
        }
        metrics.Processed(Stopwatch.GetElapsedTime(started), failure);
        return failure;
    }

    // Name and attributes are those of the semantic conventions for messaging (1.45, in development).
    private Activity? Start(IMessage message)
    {
        if (!Source.HasListeners()) return null;
        message.Properties.TryGetValue("messaging.trace_parent", out var parent); // Where DotPulsar's producers put it.
        message.Properties.TryGetValue("messaging.trace_state", out var state);
        ActivityContext.TryParse(parent, state, isRemote: true, out var context);
        return Source.StartActivity($"process {options.Value.Topic}", ActivityKind.Consumer, context)
            ?.SetTag("messaging.system", "pulsar")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", options.Value.Topic)
            .SetTag("messaging.destination.subscription.name", options.Value.Subscription)
            .SetTag("messaging.message.id", message.MessageId.ToString());
    }
}
