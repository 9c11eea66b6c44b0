using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>The life of the service until it is asked to stop: by a signal, by the application itself, or by a failure.</summary>
internal sealed class ServiceRunner(ShutdownSignals signals, ShutdownPhases phases, IOptions<ShutdownOptions> shutdown, IOptions<HostOptions> host,
    ShutdownWatchdog watchdog, HostedServices hostedServices, ShutdownMetrics metrics, ILogger<ServiceRunner> logger)
{
    private static readonly TimeSpan DefaultTimeout = new HostOptions().ShutdownTimeout;

    /// <summary>Starts and serves. Returns at T0; what failed is in the report.</summary>
    public void Serve(WebApplication app)
    {
        watchdog.Start();
        logger.Budget(shutdown.Value.GraceSeconds, shutdown.Value, shutdown.Value.SourceOfGrace);
        if (host.Value.ShutdownTimeout != DefaultTimeout) logger.TimeoutIgnored(host.Value.ShutdownTimeout.TotalSeconds);
        host.Value.ShutdownTimeout = Timeout.InfiniteTimeSpan; // The deadline is the bound.

        var stopping = app.Lifetime.ApplicationStopping;
        // A thread, not a callback: those run last registered first, and one that hangs keeps the others from running.
        new Thread(() => BeginStop(stopping)) { IsBackground = true, Name = "shutdown-stopping" }.Start();
        if (signals.StopRequested.IsCancellationRequested) return; // Before there was a host.
        try
        {
            hostedServices.BeginStart();
            var start = app.StartAsync(signals.StopRequested);
            hostedServices.WatchStart(start, app.Services);
            start.GetAwaiter().GetResult();
            hostedServices.EndStart(app.Services);
            signals.ComeFirst();
            metrics.Start();
        }
        catch (OperationCanceledException) when (signals.StopRequested.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // Stopped while starting: nothing has been served, so there is nothing else to report.
        }
        catch (Exception e) // The host has logged it.
        {
            signals.Report.Fail(e);
            signals.Request("start-up failed");
        }
        signals.StopRequested.WaitHandle.WaitOne();
    }

    // By whomever the host was told.
    private void BeginStop(CancellationToken stopping)
    {
        stopping.WaitHandle.WaitOne();
        signals.Request("StopApplication");
        phases.BeginDraining();
    }

    /// <summary>For a service that must not start as it is configured.</summary>
    public static void Refuse(WebApplication app, ShutdownSignals signals, string problem)
    {
        app.Services.GetRequiredService<ILogger<ServiceRunner>>().Misconfigured(problem);
        signals.Request("start-up failed");
        signals.Report.Fail(problem);
        var writer = app.Services.GetRequiredService<ShutdownReportWriter>();
        Task.WaitAny([app.DisposeAsync().AsTask()], TimeSpan.FromSeconds(new ShutdownOptions().FlushSeconds));
        writer.Write(); // Already done by the disposal, unless that hangs.
    }
}
