using System.Buffers;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging;

/// <summary>Puts messages that cannot be handled on the dead letter topic.</summary>
internal sealed class DeadLetterProducer(PulsarConnection connection, IOptions<PulsarOptions> options) : IAsyncDisposable
{
    private readonly PulsarOptions _options = options.Value;
    private readonly Lock _gate = new();
    private IProducer<ReadOnlySequence<byte>>? _producer;

    /// <summary>Returns once the broker has stored the copy: only then may the original be acknowledged.</summary>
    public async Task SendAsync(IMessage<ReadOnlySequence<byte>> message, int attempts, Exception reason, CancellationToken cancellationToken)
    {
        var producer = Current();
        var copy = producer.NewMessage();
        foreach (var (name, value) in message.Properties) copy.Property(name, value);
        if (message.Key is { Length: > 0 } key) _ = message.HasBase64EncodedKey ? copy.KeyBytes(message.KeyBytes!) : copy.Key(key);
        if (message.HasOrderingKey) copy.OrderingKey(message.OrderingKey!);
        if (message.HasEventTime) copy.EventTime(message.EventTime);
        try
        {
            // The names that Pulsar's own clients give to these properties; EXCEPTION is ours.
            await copy.Property("REAL_TOPIC", _options.Topic)
                .Property("REAL_SUBSCRIPTION", _options.Subscription)
                .Property("ORIGIN_MESSAGE_ID", message.MessageId.ToString())
                .Property("RECONSUMETIMES", attempts.ToString())
                .Property("EXCEPTION", $"{reason.GetType().Name}: {reason.Message}")
                .Send(message.Data, cancellationToken);
        }
        catch
        {
            Discard(producer);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_producer is { } producer) await Closing.WithinBoundAsync(producer);
    }

    private IProducer<ReadOnlySequence<byte>> Current()
    {
        lock (_gate) return _producer ??= connection.Produce(_options.DeadLetterTopic);
    }

    // A producer that failed once stays failed: the next message gets a new one.
    private void Discard(IProducer<ReadOnlySequence<byte>> producer)
    {
        lock (_gate)
        {
            if (_producer != producer) return;
            _producer = null;
        }
        _ = Closing.WithinBoundAsync(producer);
    }
}
