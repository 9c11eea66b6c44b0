using System.Buffers;
using DotPulsar.Abstractions;
using Microsoft.Extensions.Options;

namespace Shop.Messaging.Internal;

/// <summary>The loop of DotPulsar's <c>Process()</c> with a grace period, in the place of the graceful worker's own.</summary>
/// <remarks>
/// Written out, because the stand-in has no Process(). It does what that does (5.3.1, MessageProcessor.cs) with
/// <c>ShutdownGracePeriod</c> 2 s: the grace period goes by for the receiving too, so messages are begun until its last moment; then all
/// in flight are cut off. It acknowledges what failed, and whether it may is up to the token that has just been cancelled.
/// </remarks>
internal sealed class PulsarWorker(PulsarClients clients, ConsumerStates states, IServiceScopeFactory scopes, IOptions<PulsarOptions> options)
    : BackgroundService
{
    private static readonly TimeSpan ShutdownGracePeriod = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var client = clients.Create();
        await using var consumer = clients.Subscribe(client, options.Value.Topic, state => states.Changed(options.Value.Topic, state));
        using var end = new CancellationTokenSource();
        using var stopping = stoppingToken.Register(() => end.CancelAfter(ShutdownGracePeriod));
        await Task.WhenAll(Enumerable.Range(0, options.Value.Handlers).Select(_ => ProcessAsync(consumer, end.Token)));
    }

    private async Task ProcessAsync(IConsumer<ReadOnlySequence<byte>> consumer, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var message = await consumer.Receive(cancellationToken);
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IMessageHandler>().HandleAsync(message, cancellationToken);
            }
            catch (Exception)
            {
                // As if nothing had happened.
            }
            await consumer.Acknowledge(message.MessageId, cancellationToken);
        }
    }
}
