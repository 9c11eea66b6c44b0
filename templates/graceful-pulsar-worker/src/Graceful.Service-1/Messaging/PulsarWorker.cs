using System.Diagnostics;
using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging;

/// <summary>Keeps a consumer running, replaces it when it fails, and stops it without losing or repeating work.</summary>
/// <remarks>
/// It does not use the client's <c>Process()</c>, which acknowledges messages whose handler threw, receives new ones during its grace
/// period, and always waits for the whole of that.
/// </remarks>
internal sealed class PulsarWorker(PulsarConnection connection, MessageProcessor processor, RecentMessages recent, ConsumerStatus status,
    ShutdownPhases phases, ShutdownReport report, IOptions<PulsarOptions> options, ILogger<PulsarWorker> logger) : BackgroundService
{
    /// <summary>For the acknowledgements of handlers that end at the very deadline.</summary>
    private static readonly TimeSpan CommitBound = TimeSpan.FromSeconds(0.3);

    /// <summary>For the broker to confirm the close while there is time; at the deadline there is less.</summary>
    private static readonly TimeSpan CloseBound = TimeSpan.FromSeconds(3);

    // The stoppingToken is of no use here: it comes after the delay, and nothing has to be served in that.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var commit = new CancellationTokenSource();
        using var atDeadline = phases.Deadline.Register(() => commit.CancelAfter(CommitBound));
        for (var failures = 0; !phases.Requested.IsCancellationRequested; failures++)
        {
            var started = Stopwatch.GetTimestamp();
            var confirmed = await RunSessionAsync(commit.Token);
            if (phases.Requested.IsCancellationRequested)
            {
                if (!confirmed) report.AddAborted("(the broker did not confirm the close of the consumer)", TimeSpan.Zero);
                return;
            }
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1)) failures = 0;
            await Task.Delay(Backoff.Delay(failures, first: 1, max: 30), phases.Requested).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>True when the broker confirmed the close, which proves that it has read all acknowledgements.</summary>
    private async Task<bool> RunSessionAsync(CancellationToken commit)
    {
        var consumer = connection.Subscribe(status);
        try
        {
            var settlement = new Settlement(consumer, logger, commit);
            var retries = new WaitingRetries(settlement, recent, report.Messages);
            await new ConsumerSession(consumer, processor, settlement, retries, report.Messages, options.Value, phases, logger, commit).RunAsync();
        }
        catch (Exception e)
        {
            logger.LogError(e, "The consumer failed; {Next}", phases.Requested.IsCancellationRequested ? "the service is stopping" : "it is replaced");
        }
        return await Closing.WithinBoundAsync(consumer, phases.Deadline.IsCancellationRequested ? null : CloseBound);
    }
}
