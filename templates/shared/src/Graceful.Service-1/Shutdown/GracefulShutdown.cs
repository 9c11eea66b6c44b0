using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

public static class GracefulShutdown
{
    /// <summary>Makes the stop drain, keeps it within its bounds and makes it say what happened.</summary>
    public static void AddGracefulShutdown(this WebApplicationBuilder builder, ShutdownSignals signals)
    {
        var services = builder.Services;
        services.AddSingleton(signals);
        services.AddSingleton(signals.Report);
        services.ConfigureOptions<ShutdownOptionsSetup>();
        services.AddSingleton<ShutdownPhases>();
        services.AddSingleton<InFlightWork>();
        services.AddSingleton<ShutdownMetrics>();
        services.AddSingleton<ShutdownReportWriter>();
        services.AddSingleton<ShutdownWatchdog>();
        services.AddSingleton<BackgroundServiceMonitor>();
        services.AddSingleton<HostedServices>();
        services.AddSingleton<ServiceRunner>();
        services.AddSingleton<ShutdownSequence>();
        services.AddSingleton<LongLivedResponses>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, LongLivedEndpoints>());
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, ShutdownStartupFilter>()); // The first filter is the outermost.
        services.AddSingleton<IConnectionListenerFactory, LingeringTransport>(); // The last one that can bind an address is used.
        services.AddSingleton<IHostLifetime>(provider =>
        {
            _ = provider.GetRequiredService<ShutdownReportWriter>(); // Created with the host, hence disposed behind all else.
            return ActivatorUtilities.CreateInstance<ShutdownLifetime>(provider);
        });
    }

    /// <summary>Runs the service until it has stopped. Returns the exit code, see <see cref="ShutdownOutcome"/>.</summary>
    /// <remarks>On a thread of its own, which blocks where it waits: a stop must not depend on the thread pool, which may be exhausted.</remarks>
    public static Task<int> RunGracefullyAsync(this WebApplication app)
    {
        var signals = app.Services.GetRequiredService<ShutdownSignals>(); // The container is gone at the end.
        signals.RunsGracefully = true;
        return Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        int Run()
        {
            try
            {
                _ = app.Services.GetRequiredService<IOptions<ShutdownOptions>>().Value;
                // Both now: once the stop has begun, a test's WebApplicationFactory may dispose the container.
                var (runner, sequence) = (app.Services.GetRequiredService<ServiceRunner>(), app.Services.GetRequiredService<ShutdownSequence>());
                runner.Serve(app);
                sequence.Stop(app);
            }
            catch (OptionsValidationException e) when (e.OptionsType == typeof(ShutdownOptions))
            {
                ServiceRunner.Refuse(app, signals, e.Message);
            }
            signals.Ended();
            return signals.Report.ExitCode;
        }
    }
}
