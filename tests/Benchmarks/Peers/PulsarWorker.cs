using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;

namespace Shop.Messaging;

/// <summary>The client's own loop, in the place of the graceful worker's: the same host, handler, parallelism and prefetch.</summary>
internal sealed class PulsarWorker(PulsarConnection connection, ConsumerStatus status, IMessageHandler handler, IOptions<PulsarOptions> options)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var consumer = connection.Subscribe(status);
        var processing = new ProcessingOptions
        {
            MaxDegreeOfParallelism = options.Value.Handlers,
            EnsureOrderedAcknowledgment = false,
            ShutdownGracePeriod = TimeSpan.FromSeconds(2),
        };
        await consumer.Process(async (message, token) => await handler.HandleAsync(message, token), processing, stoppingToken);
    }
}
