using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;

namespace Shop.Messaging.Internal;

/// <summary>The client's own loop, in the place of the graceful worker's: the same host, handler, scopes, parallelism and prefetch.</summary>
internal sealed class PulsarWorker(PulsarClients clients, ConsumerStates states, IServiceScopeFactory scopes, IOptions<PulsarOptions> options)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var client = clients.Create();
        await using var consumer = clients.Subscribe(client, options.Value.Topic, state => states.Changed(options.Value.Topic, state));
        var processing = new ProcessingOptions
        {
            MaxDegreeOfParallelism = options.Value.Handlers,
            EnsureOrderedAcknowledgment = false,
            ShutdownGracePeriod = TimeSpan.FromSeconds(2),
        };
        await consumer.Process(async (message, token) =>
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMessageHandler>().HandleAsync(message, token);
        }, processing, stoppingToken);
    }
}
