namespace Graceful.Service_1.Shutdown;

/// <summary>Leaves the signals to <see cref="ShutdownSignals"/>: the console lifetime's own handlers would run first.</summary>
internal sealed class ShutdownLifetime(ShutdownSignals signals, ShutdownPhases phases, InFlightWork inFlight, IHostApplicationLifetime lifetime,
    IServiceProvider services, ILogger<ShutdownLifetime> logger) : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        if (signals.RunsGracefully) return Task.CompletedTask;
        logger.NotWired(); // app.Run() was left in Program.cs. The service must not live on until SIGKILL.
        signals.StopRequested.Register(lifetime.StopApplication);
        lifetime.ApplicationStopping.Register(BeginDraining);
        // Not started, so it keeps no deadline. It ends the process on a second signal or a crash, with a report.
        signals.Watchdog = services.GetRequiredService<ShutdownWatchdog>(); // Not injected, for it depends on this.
        signals.Forced.Register(signals.Watchdog.EndProcess);
        return Task.CompletedTask;
    }

    // Without a delay.
    private void BeginDraining()
    {
        signals.Report.BeginDelay(inFlight.Totals);
        signals.Report.EndDelay();
        phases.BeginDraining();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
