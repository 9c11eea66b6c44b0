using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>The stop, from the signal to the exit code, top to bottom: a stock stop, a delay in front, a deadline behind.</summary>
/// <remarks><code>
/// T0            SIGTERM    Stop requested: /ready says 503, HTTP/1.1 responses carry Connection: close.
///                          New connections and requests are still served: balancers are only now learning of it. The host has not
///                          been told yet.
/// T0 + delay    Draining   The host stops as it always does: ApplicationStopping, StoppingAsync; long-lived responses end; the
///                          listeners close, HTTP/2 connections get GOAWAY, requests in flight continue; after the last one consumers
///                          and then the other hosted services stop, the last registered first. Once only a reserve is left they no
///                          longer wait for a request that is still running.
/// T0 + deadline Aborting   The latest moment, rarely reached: whatever is left is aborted, by name.
///     + flush   Flushing   Clients and producers are closed, telemetry is flushed, the report is written, the process ends.
/// </code>
/// Every wait has a bound, and a second signal ends all of them. <see cref="ShutdownWatchdog"/> takes over when this cannot.
/// It blocks its thread where it waits: with an exhausted thread pool an await would not return.
/// </remarks>
internal sealed class ShutdownSequence(ShutdownPhases phases, IOptions<ShutdownOptions> options, ShutdownWatchdog watchdog, InFlightWork inFlight,
    HostedServices hostedServices, IHostApplicationLifetime lifetime, ShutdownMetrics metrics, ShutdownReport report, ShutdownReportWriter writer, ILogger<ShutdownSequence> logger)
{
    /// <summary>The last part of the delay, in which HTTP/2 connections get GOAWAY: a quarter was the best of the policies measured.</summary>
    private const double GoAwayShare = 0.25;

    private static readonly TimeSpan BetweenEntries = TimeSpan.FromSeconds(5);

    private readonly ShutdownOptions _options = options.Value;
    private TimeSpan _nextEntry;

    public void Stop(WebApplication app)
    {
        report.BeginDelay(inFlight.Totals);
        if (hostedServices.Started && phases.HasBeenReady) Delay();
        else report.SkipDelay(); // Nobody has been sent here yet.
        Drain(app);
        Flush(app);
    }

    private void Delay()
    {
        logger.StopRequested(report.Reason, inFlight.Count, _options.DelaySeconds);
        Wait(_options.Delay * (1 - GoAwayShare));
        phases.BeginGoAway();
        Wait(_options.Delay * GoAwayShare);
        report.EndDelay();
    }

    private void Drain(WebApplication app)
    {
        logger.Draining(inFlight.Count, _options.DrainSeconds);
        _nextEntry = report.Elapsed + BetweenEntries;

        var stop = hostedServices.StopAsync(app);
        // ApplicationStopping first: handlers check it when their token fires. Bounded, for it does not fire while the thread pool is exhausted.
        lifetime.ApplicationStopping.WaitHandle.WaitOne(TimeSpan.FromSeconds(0.1));
        phases.BeginDraining();
        if (!WaitFor(stop, () => stop.IsCompleted, until: _options.Deadline - _options.Reserve))
        {
            if (!phases.Deadline.IsCancellationRequested) logger.Reserve(Math.Round(_options.Reserve.TotalSeconds, 1), WhatIsLeft().Names);
            phases.BeginReserve();
            hostedServices.GoOn();
        }
        WaitFor(stop, () => stop.IsCompleted && !hostedServices.AnyIsStopping && inFlight.Count == 0, until: _options.Deadline);

        NameUnfinished();
        report.EndDrain(inFlight.Totals);
        metrics.Aborted(report.FailedInReserve);
        metrics.Drained(report.Elapsed, report.Outcome);
    }

    // What the deadline has aborted takes a moment to end: 1 s for Kestrel.
    private void NameUnfinished()
    {
        var until = report.Elapsed + TimeSpan.FromSeconds(Math.Min(1.5, _options.FlushSeconds / 2));
        while (report.Elapsed < until && (hostedServices.AnyIsStopping || !hostedServices.HaveEnded)) Thread.Sleep(10);
        if (hostedServices.HaveEnded) return;
        foreach (var (name, age) in hostedServices.Unfinished) report.AddAborted(name, age);
    }

    private void Flush(WebApplication app)
    {
        logger.Flushing(_options.FlushSeconds);
        phases.BeginFlushing();
        watchdog.BeginFlush();
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
        watchdog.Finish();
    }

    private void Wait(TimeSpan time) => phases.Deadline.WaitHandle.WaitOne(time);

    /// <summary>Looks every 10 ms and when the host has stopped, and logs every 5 s what it waits for. False when it was not over by then.</summary>
    private bool WaitFor(Task stop, Func<bool> isOver, TimeSpan until)
    {
        for (; !isOver(); Pause(stop))
        {
            if (report.Elapsed >= until || phases.Deadline.IsCancellationRequested) return false;
            if (report.Elapsed < _nextEntry) continue;
            var (count, names) = WhatIsLeft();
            logger.Waiting(count, names);
            _nextEntry += BetweenEntries;
        }
        return true;
    }

    private void Pause(Task stop)
    {
        const int milliseconds = 10;
        if (stop.IsCompleted) Wait(TimeSpan.FromMilliseconds(milliseconds));
        else Task.WaitAny([stop], milliseconds);
    }

    private (int Count, string Names) WhatIsLeft()
    {
        string[] names =
        [
            .. inFlight.Snapshot().Select(item => $"{item.Name} ({item.Age.TotalSeconds:0.0} s)"),
            .. hostedServices.Unfinished.Select(service => $"{service.Name} ({service.Age.TotalSeconds:0.0} s)"),
        ];
        if (names.Length == 0) names = ["an open connection"]; // Nothing else can hold up the host.
        return (names.Length, string.Join(", ", names.Take(5)));
    }
}
