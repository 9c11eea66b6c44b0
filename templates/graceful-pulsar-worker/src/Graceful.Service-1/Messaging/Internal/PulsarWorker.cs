using Graceful.Service_1.Health;
using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Consumes the topic, or each of its partitions, and stops without losing or repeating work.</summary>
/// <remarks>
/// A consumer for each partition: on Failover each has an active consumer of its own, which the client shows only so. It does not use
/// the client's <c>Process()</c>, which acknowledges messages whose handler threw, receives new ones during its grace period, and
/// always waits for the whole of that.
/// </remarks>
internal sealed class PulsarWorker(PulsarClients clients, ConnectionProblems problems, ConsumerStates states, ConsumerServices services,
    WarmUps warmUps, ShutdownPhases phases, IOptions<PulsarOptions> options, ILogger<PulsarWorker> logger) : BackgroundService, IStopsWithServer
{
    /// <summary>How often to look for new partitions, as Pulsar's own clients do.</summary>
    private static readonly TimeSpan LookForPartitionsEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Task> _consumers = [];

    // The stoppingToken is of no use here: it comes after the delay, and nothing has to be served in that.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var topic = options.Value.Topic;
        try
        {
            await warmUps.Done.WaitAsync(phases.StopRequested); // A readiness probe holds off requests, but no messages.
            states.Connecting(topic);
            do
            {
                var partitions = await PartitionsAsync();
                if (_consumers.Count == 0) states.Remove(topic);
                else if (partitions.Count > _consumers.Count) logger.PartitionsFound(topic, partitions.Count);
                Consume([.. partitions.Except(_consumers.Keys)]);
                await Task.Delay(partitions is [var only] && only == topic ? Timeout.InfiniteTimeSpan : LookForPartitionsEvery, phases.StopRequested);
            }
            while (true);
        }
        catch (Exception) when (phases.StopRequested.IsCancellationRequested) // What failed because of it, or just then, is not needed any more.
        {
            await Task.WhenAll(_consumers.Values);
        }
    }

    private void Consume(IReadOnlyList<string> topics)
    {
        foreach (var topic in topics) states.Connecting(topic); // All of them first: the service is not ready with the first one.
        foreach (var topic in topics) _consumers[topic] = new TopicConsumer(topic, clients, problems, states, services).RunAsync();
    }

    private async Task<IReadOnlyList<string>> PartitionsAsync()
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await clients.PartitionsAsync(phases.StopRequested);
            }
            catch (Exception e) when (!phases.StopRequested.IsCancellationRequested)
            {
                if (failures == 0) logger.ConsumerFailed(options.Value.Topic, ConnectionProblems.Reason(e));
                await Task.Delay(Backoff.Delay(failures, first: 1, max: 30), phases.StopRequested);
            }
        }
    }
}
