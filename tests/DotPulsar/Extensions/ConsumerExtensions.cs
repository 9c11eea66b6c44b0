using DotPulsar.Abstractions;
using DotPulsar.Internal;

namespace DotPulsar.Extensions;

/// <summary>Acknowledging messages and waiting for states.</summary>
public static class ConsumerExtensions
{
    public static ValueTask Acknowledge(this IConsumer consumer, IMessage message, CancellationToken cancellationToken = default) =>
        consumer.Acknowledge(message.MessageId, cancellationToken);

    public static ValueTask AcknowledgeCumulative(this IConsumer consumer, IMessage message, CancellationToken cancellationToken = default) =>
        consumer.AcknowledgeCumulative(message.MessageId, cancellationToken);

    public static async ValueTask<ConsumerStateChanged> StateChangedTo(
        this IConsumer consumer, ConsumerState state, CancellationToken cancellationToken = default) =>
        new(consumer, await consumer.State.OnStateChangeTo(state, cancellationToken));

    public static async ValueTask<ConsumerStateChanged> StateChangedTo(
        this IConsumer consumer, ConsumerState state, TimeSpan delay, CancellationToken cancellationToken = default) =>
        new(consumer, await consumer.State.OnStateChangeTo(state, delay, cancellationToken));

    public static async ValueTask<ConsumerStateChanged> StateChangedFrom(
        this IConsumer consumer, ConsumerState state, CancellationToken cancellationToken = default) =>
        new(consumer, await consumer.State.OnStateChangeFrom(state, cancellationToken));

    public static async ValueTask<ConsumerStateChanged> StateChangedFrom(
        this IConsumer consumer, ConsumerState state, TimeSpan delay, CancellationToken cancellationToken = default) =>
        new(consumer, await consumer.State.OnStateChangeFrom(state, delay, cancellationToken));
}

/// <summary>Waiting for a reader's states.</summary>
public static class ReaderExtensions
{
    public static async ValueTask<ReaderStateChanged> StateChangedTo(this IReader reader, ReaderState state, CancellationToken cancellationToken = default) =>
        new(reader, await reader.State.OnStateChangeTo(state, cancellationToken));

    public static async ValueTask<ReaderStateChanged> StateChangedFrom(this IReader reader, ReaderState state, CancellationToken cancellationToken = default) =>
        new(reader, await reader.State.OnStateChangeFrom(state, cancellationToken));
}

/// <summary>Handlers as delegates.</summary>
public static class ConsumerBuilderExtensions
{
    public static IConsumerBuilder<TMessage> StateChangedHandler<TMessage>(
        this IConsumerBuilder<TMessage> builder, Action<ConsumerStateChanged> handler) =>
        builder.StateChangedHandler((change, _) => handler(change));

    public static IConsumerBuilder<TMessage> StateChangedHandler<TMessage>(
        this IConsumerBuilder<TMessage> builder, Action<ConsumerStateChanged, CancellationToken> handler, CancellationToken cancellationToken = default) =>
        builder.StateChangedHandler(StateHandler<ConsumerStateChanged>.For(handler, cancellationToken));

    public static IConsumerBuilder<TMessage> StateChangedHandler<TMessage>(
        this IConsumerBuilder<TMessage> builder, Func<ConsumerStateChanged, CancellationToken, ValueTask> handler, CancellationToken cancellationToken = default) =>
        builder.StateChangedHandler(new StateHandler<ConsumerStateChanged>(handler, cancellationToken));

    public static IConsumerBuilder<TMessage> Topics<TMessage>(this IConsumerBuilder<TMessage> builder, params string[] topics) =>
        builder.Topics((IEnumerable<string>)topics);
}

/// <summary>Other ways to receive.</summary>
public static class ReceiveExtensions
{
    public static async IAsyncEnumerable<TMessage> Messages<TMessage>(
        this IReceive<TMessage> receiver,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
            yield return await receiver.Receive(cancellationToken);
    }
}
