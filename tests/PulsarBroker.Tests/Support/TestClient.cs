using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;

namespace PulsarBroker.Tests.Support;

/// <summary>A client with quick retries, and what the tests do with it. Exceptions that its handler sees are kept.</summary>
public sealed class TestClient : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly string _topic;

    public TestClient(Uri serviceUrl, string topic, Action<IPulsarClientBuilder>? configure = null)
    {
        _topic = topic;
        var builder = PulsarClient.Builder()
            .ServiceUrl(serviceUrl)
            .RetryInterval(TimeSpan.FromMilliseconds(50))
            .ExceptionHandler(context => Failures.Enqueue(context.Exception));
        configure?.Invoke(builder);
        Client = builder.Build();
    }

    public IPulsarClient Client { get; }

    public ConcurrentQueue<Exception> Failures { get; } = new();

    public IConsumerBuilder<ReadOnlySequence<byte>> NewConsumer(SubscriptionType type = SubscriptionType.Shared, uint prefetch = 1000) =>
        Client.NewConsumer(Schema.ByteSequence)
            .Topic(_topic)
            .SubscriptionName("s")
            .SubscriptionType(type)
            .InitialPosition(SubscriptionInitialPosition.Earliest)
            .MessagePrefetchCount(prefetch);

    /// <summary>Returns once the broker has accepted the consumer.</summary>
    public async Task<IConsumer<ReadOnlySequence<byte>>> SubscribeAsync(
        SubscriptionType type = SubscriptionType.Shared, uint prefetch = 1000, string? name = null, int priority = 0)
    {
        var builder = NewConsumer(type, prefetch).PriorityLevel(priority);
        if (name is not null)
            builder.ConsumerName(name);
        var consumer = builder.Create();
        await consumer.StateChangedFrom(ConsumerState.Disconnected).AsTask().WaitAsync(Patience);
        return consumer;
    }

    public IProducer<ReadOnlySequence<byte>> NewProducer() => Client.NewProducer(Schema.ByteSequence).Topic(_topic).Create();

    /// <summary>Returns when the exception handler has seen such a failure.</summary>
    public async Task<TException> FailureAsync<TException>() where TException : Exception
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            if (Failures.OfType<TException>().FirstOrDefault() is { } failure)
                return failure;
            await Task.Delay(10);
        }
        throw new TimeoutException($"No {typeof(TException).Name} among: {string.Join("; ", Failures.Select(e => e.GetType().Name))}");
    }

    public async ValueTask DisposeAsync() => await Client.DisposeAsync().AsTask().WaitAsync(Patience);
}

internal static class ClientExtensions
{
    public static string Text(this IMessage message) => Encoding.UTF8.GetString(message.Data);

    public static int Number(this IMessage message) => int.Parse(message.Properties["number"]);

    public static async Task<IReadOnlyList<IMessage<ReadOnlySequence<byte>>>> ReceiveAsync(this IConsumer<ReadOnlySequence<byte>> consumer, int count)
    {
        var received = new List<IMessage<ReadOnlySequence<byte>>>();
        using var patience = new CancellationTokenSource(TestClient.Patience);
        try
        {
            while (received.Count < count)
                received.Add(await consumer.Receive(patience.Token));
            return received;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{received.Count} of {count} messages came: {string.Join(' ', received.Select(m => m.MessageId))}");
        }
    }

    public static Task<IReadOnlyList<IMessage<ReadOnlySequence<byte>>>> ReceiveAsync(this IConsumer<ReadOnlySequence<byte>> consumer) => consumer.ReceiveAsync(1);

    /// <summary>Receives and acknowledges until the token is cancelled; what it saw is in the list.</summary>
    public static async Task DrainAsync(this IConsumer<ReadOnlySequence<byte>> consumer, Action<IMessage<ReadOnlySequence<byte>>> seen, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var message = await consumer.Receive(cancellationToken);
                seen(message);
                await consumer.Acknowledge(message, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Enough.
        }
    }
}
