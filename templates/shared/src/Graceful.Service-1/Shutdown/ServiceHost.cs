namespace Graceful.Service_1.Shutdown;

/// <summary>The life of the service until it is asked to stop: by a signal, by the application itself, or by a failure.</summary>
internal sealed class ServiceHost(ShutdownSignals signals, ShutdownOptions options, ShutdownWatchdog watchdog, InFlightWork inFlight,
    BackgroundServices backgroundServices, ShutdownReport report, ILogger<ServiceHost> logger)
{
    /// <summary>Starts and serves. Returns at T0; what failed is in the report.</summary>
    public async Task ServeAsync(WebApplication app)
    {
        report.Path = options.ReportPath ?? report.Path;
        if (options.Problem is { } problem)
        {
            logger.Misconfigured(problem);
            report.Fail(problem);
            signals.Request("start-up failed");
            return;
        }

        logger.Budget(options);
        watchdog.Start();
        signals.HostRuns = true;
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onRequested = signals.Requested.Register(() => { OnRequested(app); requested.SetResult(); });
        using var onStopping = app.Lifetime.ApplicationStopping.Register(() => signals.Request("StopApplication"));
        if (signals.Requested.IsCancellationRequested) return; // Before there was a host.
        try
        {
            await app.StartAsync(signals.Requested);
            report.Step = "serving";
            backgroundServices.Watch(app.Services);
            await requested.Task;
        }
        catch (OperationCanceledException) when (signals.Requested.IsCancellationRequested)
        {
            // Stopped while starting: nothing has been served, so there is nothing to report.
        }
        catch (Exception e) // The host has logged it.
        {
            report.Fail(e);
            signals.Request("start-up failed");
        }
    }

    // On the signal's own thread: at once, and with an exhausted thread pool too.
    private void OnRequested(WebApplication app)
    {
        report.Requested(inFlight.Totals);
        foreach (var item in inFlight.Snapshot()) item.AskClientToLeave();
        app.Lifetime.StopApplication();
    }
}
