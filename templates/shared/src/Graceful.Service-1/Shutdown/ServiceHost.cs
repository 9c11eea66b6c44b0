using System.Reflection;
using System.Runtime.CompilerServices;

namespace Graceful.Service_1.Shutdown;

/// <summary>The life of the service until it is asked to stop: by a signal, by the application itself, or by a failure.</summary>
internal sealed class ServiceHost(ShutdownSignals signals, ShutdownOptions options, ShutdownWatchdog watchdog,
    BackgroundServices backgroundServices, ShutdownReport report, ILogger<ServiceHost> logger)
{
    /// <summary>Starts and serves. Returns at T0; what failed is in the report.</summary>
    public void Serve(WebApplication app)
    {
        report.Path = options.ReportPath ?? report.Path;
        watchdog.Start();
        signals.HostRuns = true;
        if (options.Problem is { } problem)
        {
            logger.Misconfigured(problem);
            report.Fail(problem);
            signals.Request("start-up failed");
            return;
        }

        logger.Budget(options);
        signals.Requested.Register(app.Lifetime.StopApplication); // During the start too, when the sequence has not begun.
        app.Lifetime.ApplicationStopping.Register(() => signals.Request("StopApplication"));
        if (signals.Requested.IsCancellationRequested) return; // Before there was a host.
        try
        {
            app.StartAsync(signals.Requested).GetAwaiter().GetResult();
            report.Step = "serving";
            backgroundServices.Watch(app.Services);
            CompileTheStop();
            signals.Requested.WaitHandle.WaitOne();
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

    // While there is time: at the signal it took a fifth of an idle stop (40 ms, 31 without).
    private static void CompileTheStop()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var types = typeof(ServiceHost).Assembly.GetTypes().Where(type => type.Namespace == typeof(ServiceHost).Namespace);
        foreach (var method in types.SelectMany(type => type.GetMembers(all)).OfType<MethodBase>())
            if (method is { IsAbstract: false, ContainsGenericParameters: false }) RuntimeHelpers.PrepareMethod(method.MethodHandle);
    }
}
