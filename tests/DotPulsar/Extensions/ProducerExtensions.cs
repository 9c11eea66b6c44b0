using System.Buffers;
using DotPulsar.Abstractions;
using DotPulsar.Internal;

namespace DotPulsar.Extensions;

/// <summary>Building messages and waiting for states.</summary>
public static class ProducerExtensions
{
    public static IMessageBuilder<TMessage> NewMessage<TMessage>(this IProducer<TMessage> producer) => new MessageBuilder<TMessage>(producer);

    public static async ValueTask<ProducerStateChanged> StateChangedTo(
        this IProducer producer, ProducerState state, CancellationToken cancellationToken = default) =>
        new(producer, await producer.State.OnStateChangeTo(state, cancellationToken));

    public static async ValueTask<ProducerStateChanged> StateChangedTo(
        this IProducer producer, ProducerState state, TimeSpan delay, CancellationToken cancellationToken = default) =>
        new(producer, await producer.State.OnStateChangeTo(state, delay, cancellationToken));

    public static async ValueTask<ProducerStateChanged> StateChangedFrom(
        this IProducer producer, ProducerState state, CancellationToken cancellationToken = default) =>
        new(producer, await producer.State.OnStateChangeFrom(state, cancellationToken));

    public static async ValueTask<ProducerStateChanged> StateChangedFrom(
        this IProducer producer, ProducerState state, TimeSpan delay, CancellationToken cancellationToken = default) =>
        new(producer, await producer.State.OnStateChangeFrom(state, delay, cancellationToken));
}

/// <summary>Handlers as delegates.</summary>
public static class ProducerBuilderExtensions
{
    public static IProducerBuilder<TMessage> StateChangedHandler<TMessage>(
        this IProducerBuilder<TMessage> builder, Action<ProducerStateChanged> handler) =>
        builder.StateChangedHandler((change, _) => handler(change));

    public static IProducerBuilder<TMessage> StateChangedHandler<TMessage>(
        this IProducerBuilder<TMessage> builder, Action<ProducerStateChanged, CancellationToken> handler, CancellationToken cancellationToken = default) =>
        builder.StateChangedHandler(StateHandler<ProducerStateChanged>.For(handler, cancellationToken));

    public static IProducerBuilder<TMessage> StateChangedHandler<TMessage>(
        this IProducerBuilder<TMessage> builder, Func<ProducerStateChanged, CancellationToken, ValueTask> handler, CancellationToken cancellationToken = default) =>
        builder.StateChangedHandler(new StateHandler<ProducerStateChanged>(handler, cancellationToken));
}

/// <summary>Sending bytes, and sending without metadata.</summary>
public static class SendExtensions
{
    public static ValueTask<MessageId> Send(this ISend<ReadOnlySequence<byte>> sender, byte[] data, CancellationToken cancellationToken = default) =>
        sender.Send(new MessageMetadata(), new ReadOnlySequence<byte>(data), cancellationToken);

    public static ValueTask<MessageId> Send(this ISend<ReadOnlySequence<byte>> sender, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        sender.Send(new MessageMetadata(), new ReadOnlySequence<byte>(data), cancellationToken);

    public static ValueTask<MessageId> Send<TMessage>(this ISend<TMessage> sender, TMessage message, CancellationToken cancellationToken = default) =>
        sender.Send(new MessageMetadata(), message, cancellationToken);
}

/// <summary>Sending bytes.</summary>
public static class MessageBuilderExtensions
{
    public static ValueTask<MessageId> Send(
        this IMessageBuilder<ReadOnlySequence<byte>> builder, byte[] payload, CancellationToken cancellationToken = default) =>
        builder.Send(new ReadOnlySequence<byte>(payload), cancellationToken);

    public static ValueTask<MessageId> Send(
        this IMessageBuilder<ReadOnlySequence<byte>> builder, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default) =>
        builder.Send(new ReadOnlySequence<byte>(payload), cancellationToken);
}
