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

    public void Stop(WebApplication app)
    {
        Request();
        if (lifetime.ApplicationStarted.IsCancellationRequested) Delay(); // Else nobody was sent here yet.
        EndStreams();
        Drain(app);
        Flush(app);
    }

    private void Request()
    {
        report.Requested(inFlight.Totals);
        foreach (var item in inFlight.Snapshot()) item.AskClientToLeave(); // Of later requests ShutdownMiddleware asks it.
        lifetime.StopApplication(); // Returns when all who want to know have been told.
    }

    private void Delay()
    {
        report.Step = "in the delay";
        logger.Stopping(signals.Reason, inFlight.Count, options.DelaySeconds);
        Wait(options.Delay * (1 - LastCallShare));
        phases.BeginLastCall();
        Wait(options.Delay * LastCallShare);
    }

    // Streams must be gone before Kestrel stops. It closes an HTTP/2 connection right behind its last stream, and the client then
    // misses the status: 137 of 160 did when both happened at once, none with 0.1 s in between; 0.3 s is for a crowded machine.
    private void EndStreams()
    {
        report.DelayIsOver();
        report.Step = "draining";
        var ended = options.Delay == TimeSpan.Zero && WaitForStreams(0.4); // gRPC's Health/Watch says NOT_SERVING and ends by itself.
        phases.BeginDraining();
        if (WaitForStreams(1) || ended) Wait(TimeSpan.FromSeconds(0.3));
    }

    // True when there were any.
    private bool WaitForStreams(double seconds)
    {
        const double round = 0.05;
        var rounds = 0;
        for (; rounds * round < seconds && inFlight.Snapshot().Any(item => item.EndsOnDrain); rounds++) Wait(TimeSpan.FromSeconds(round));
        return rounds > 0;
    }

    private void Drain(WebApplication app)
    {
        var stop = app.StopAsync(phases.Deadline);
        while (Task.WaitAny([stop], TimeSpan.FromSeconds(5)) < 0) LogWhatIsLeft();
        if (stop.Exception is { InnerException: { } failure } && !phases.Deadline.IsCancellationRequested) report.Fail(failure);

        backgroundServices.End(AbortBound);
        foreach (var name in backgroundServices.Unfinished) report.AddAborted(name, signals.Elapsed);
        if (phases.Deadline.IsCancellationRequested && !report.NamesAborted)
            report.AddAborted("(incomplete request)", signals.Elapsed); // Its connection is all that Kestrel can still have waited for.
        report.DrainIsOver(inFlight.Totals);
        metrics.Drained(signals.Elapsed);
    }

    private void LogWhatIsLeft()
    {
        string[] names =
        [
            .. inFlight.Snapshot().Select(item => $"{item.Name} ({item.Age.TotalSeconds:0.0} s)"),
            .. backgroundServices.Unfinished,
        ];
        if (names.Length == 0) names = ["an incomplete request or a hosted service"]; // Nothing else holds the host up.
        logger.Waiting(names.Length, string.Join(", ", names.Take(5)));
    }

    private void Flush(WebApplication app)
    {
        watchdog.Stopped();
        report.Step = "disposing";
        try
        {
            app.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            logger.DisposalFailed(e);
            report.Fail(e);
        }
        writer.Write(); // Already done by the disposal, unless that threw.
        watchdog.Finished();
    }

    private void Wait(TimeSpan time) => phases.Deadline.WaitHandle.WaitOne(time);
}
