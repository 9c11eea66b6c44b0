using System.Buffers;
using DotPulsar.Abstractions;

namespace Graceful.Service_1.Messaging;

/// <summary>Your code. Every attempt at a message gets a handler of its own, created in a scope of its own.</summary>
public interface IMessageHandler
{
    /// <summary>Returning acknowledges the message. Throwing has it tried again, and in the end put on the dead letter topic.</summary>
    /// <param name="message">Delivered at least once: make its effect idempotent.</param>
    /// <param name="cancellationToken">Fires at the deadline of a stop, never at the signal: a handler that has begun may finish.</param>
    Task HandleAsync(IMessage<ReadOnlySequence<byte>> message, CancellationToken cancellationToken);
}

/// <summary>Says that a message can never be handled: it goes to the dead letter topic without another try.</summary>
public sealed class PoisonMessageException(string reason, Exception? cause = null) : Exception(reason, cause);
