namespace Graceful.Service_1.Shutdown;

public static class GracefulShutdown
{
    /// <summary>Replaces the host's console lifetime by a stop that drains, is bounded and says what happened.</summary>
    public static void AddGracefulShutdown(this WebApplicationBuilder builder, ShutdownSignals signals)
    {
        var services = builder.Services;
        services.AddSingleton(signals);
        services.AddSingleton(signals.Report);
        services.AddSingleton(provider => ShutdownOptions.Read(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<ShutdownPhases>();
        services.AddSingleton<InFlightWork>();
        services.AddSingleton<ShutdownMetrics>();
        services.AddSingleton<ShutdownReportWriter>();
        services.AddSingleton<ShutdownWatchdog>();
        services.AddSingleton<BackgroundServices>();
        services.AddSingleton<ServiceHost>();
        services.AddSingleton<ShutdownSequence>();
        services.AddSingleton<IHostLifetime>(provider =>
        {
            _ = provider.GetRequiredService<ShutdownReportWriter>(); // Created with the host, hence disposed behind all else.
            return new SignalLifetime();
        });
        services.AddOptions<HostOptions>().PostConfigure<ShutdownOptions>((host, shutdown) =>
        {
            host.ShutdownTimeout = shutdown.Deadline + TimeSpan.FromSeconds(1); // A backstop: the sequence cancels at the deadline.
            host.ServicesStopConcurrently = true; // Else a slow HTTP request uses up the time that consumers need to drain.
            host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore; // See BackgroundServices.
        });
    }

    /// <summary>Goes before every other middleware.</summary>
    public static void UseGracefulShutdown(this WebApplication app) => app.UseMiddleware<ShutdownMiddleware>();

    /// <summary>Runs the service until it has stopped. Returns the exit code, see <see cref="ShutdownReport.ExitCode"/>.</summary>
    /// <remarks>On a thread of its own, which blocks where it waits: a stop must not depend on the thread pool, which may be exhausted.</remarks>
    public static Task<int> RunGracefullyAsync(this WebApplication app)
    {
        var signals = app.Services.GetRequiredService<ShutdownSignals>(); // The container is gone at the end.
        var host = app.Services.GetRequiredService<ServiceHost>();
        var sequence = app.Services.GetRequiredService<ShutdownSequence>();
        return Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        int Run()
        {
            host.Serve(app);
            sequence.Stop(app);
            signals.Ended();
            return signals.Report.ExitCode;
        }
    }
}

/// <summary>Leaves the signals to <see cref="ShutdownSignals"/>: the console lifetime's own handlers would run first.</summary>
internal sealed class SignalLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
