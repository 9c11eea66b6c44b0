namespace Graceful.Service_1.Shutdown;

/// <summary>The stop, from the signal to the exit code, top to bottom.</summary>
/// <remarks><code>
/// T0            SIGTERM    Requested: /ready says 503, consumers take nothing new, HTTP/1.1 responses carry Connection: close.
///                          New connections and requests are still served, for balancers learn of it only now.
/// T0 + delay    Draining   Long-lived streams are told to end and do. Then the listeners close, HTTP/2 connections get GOAWAY,
///                          background services are told to stop. Work in flight goes on.
/// T0 + deadline Deadline   The latest moment, usually never reached: what is left is aborted, by name.
///     + flush              Clients and producers are closed, telemetry is flushed, the report is written.
/// </code>
/// Every wait has a bound, and a second signal ends all of them. <see cref="ShutdownWatchdog"/> sees to it when this cannot.
/// </remarks>
internal sealed class ShutdownSequence(ShutdownSignals signals, ShutdownPhases phases, ShutdownOptions options, ShutdownWatchdog watchdog,
    InFlightWork inFlight, BackgroundServices backgroundServices, ShutdownMetrics metrics, ShutdownReport report, ShutdownReportWriter writer,
    IHostApplicationLifetime lifetime, ILogger<ShutdownSequence> logger)
{
    /// <summary>The last part of the delay, in which HTTP/2 connections get GOAWAY: a quarter was the best of the policies measured.</summary>
    private const double LastCallShare = 0.25;

    /// <summary>What the deadline has aborted takes a moment to end; a consumer confirms its close in it.</summary>
    private static readonly TimeSpan AbortBound = TimeSpan.FromSeconds(1.5);

    public async Task<int> StopAsync(WebApplication app)
    {
        if (lifetime.ApplicationStarted.IsCancellationRequested) await DelayAsync(); // Else nobody was sent here yet.
        await EndStreamsAsync();
        await DrainAsync(app);
        await FlushAsync(app);
        return report.ExitCode;
    }

    private async Task DelayAsync()
    {
        report.Step = "in the delay";
        logger.Stopping(signals.Reason, inFlight.Count, options.DelaySeconds);
        await WaitAsync(options.Delay * (1 - LastCallShare));
        phases.BeginLastCall();
        await WaitAsync(options.Delay * LastCallShare);
    }

    // Streams must be gone before Kestrel stops. It closes an HTTP/2 connection right behind its last stream, and the client then
    // misses the status: 137 of 160 did when both happened at once, none with this wait.
    private async Task EndStreamsAsync()
    {
        report.DelayIsOver();
        report.Step = "draining";
        _ = phases.BeginDraining();
        var rounds = 0;
        for (; rounds < 20 && inFlight.Snapshot().Any(item => item.EndsOnDrain); rounds++) await WaitAsync(TimeSpan.FromSeconds(0.05));
        if (rounds > 0) await WaitAsync(TimeSpan.FromSeconds(0.1));
    }

    private async Task DrainAsync(WebApplication app)
    {
        var stop = StopHostAsync(app);
        while (await Task.WhenAny(stop, Task.Delay(TimeSpan.FromSeconds(5))) != stop)
        {
            string[] names =
            [
                .. inFlight.Snapshot().Select(item => $"{item.Name} ({item.Age.TotalSeconds:0.0} s)"),
                .. backgroundServices.Unfinished,
            ];
            if (names.Length == 0) names = ["an incomplete request or a hosted service"]; // Nothing else holds the host up.
            logger.Waiting(names.Length, string.Join(", ", names.Take(5)));
        }

        await backgroundServices.EndAsync(AbortBound);
        foreach (var name in backgroundServices.Unfinished) report.AddAborted(name, signals.Elapsed);
        if (phases.Deadline.IsCancellationRequested && !report.NamesAborted)
            report.AddAborted("(incomplete request)", signals.Elapsed); // Its connection is all that Kestrel can still have waited for.
        report.DrainIsOver(inFlight.Totals);
        metrics.Drained(signals.Elapsed);
    }

    private async Task StopHostAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync(phases.Deadline);
        }
        catch (Exception) when (phases.Deadline.IsCancellationRequested)
        {
            // The abort itself. What it cut off is in the report by name.
        }
        catch (Exception e)
        {
            report.Fail(e);
        }
    }

    private async Task FlushAsync(WebApplication app)
    {
        watchdog.Stopped();
        report.Step = "disposing";
        try
        {
            await app.DisposeAsync();
        }
        catch (Exception e)
        {
            logger.DisposalFailed(e);
            report.Fail(e);
        }
        writer.Write(); // Already done by the disposal, unless that threw.
        watchdog.Finished();
    }

    private async Task WaitAsync(TimeSpan time) =>
        await Task.Delay(time, phases.Deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
