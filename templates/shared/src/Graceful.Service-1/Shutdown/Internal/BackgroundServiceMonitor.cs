using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>Makes the crash of a <see cref="BackgroundService"/> stop the service and show in its exit code.</summary>
/// <remarks>
/// The host logs a crash, but then stops without a delay and with exit code 0 (until .NET 11). An application that has chosen
/// <see cref="BackgroundServiceExceptionBehavior.Ignore"/> keeps it.
/// </remarks>
internal sealed class BackgroundServiceMonitor(ShutdownSignals signals, IOptions<HostOptions> host)
{
    private readonly BackgroundServiceExceptionBehavior _chosen = host.Value.BackgroundServiceExceptionBehavior;

    /// <summary>Before the start, for a service can crash in the middle of it.</summary>
    public void Begin() => host.Value.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;

    /// <summary>The host stops the service again when one crashes that is not watched.</summary>
    public void GiveUp() => host.Value.BackgroundServiceExceptionBehavior = _chosen;

    public void Watch(IEnumerable<IHostedService> services)
    {
        if (_chosen == BackgroundServiceExceptionBehavior.Ignore) return;
        foreach (var service in services.OfType<BackgroundService>()) _ = WatchAsync(service);
    }

    /// <summary>During the start: those that have ended by now.</summary>
    public void Look(IEnumerable<IHostedService> services) =>
        Watch(services.Where(service => service is BackgroundService { ExecuteTask.IsCompleted: true }));

    private async Task WatchAsync(BackgroundService service)
    {
        try
        {
            await (service.ExecuteTask ?? Task.CompletedTask);
        }
        catch (Exception e) when (signals.StopRequested.IsCancellationRequested && IsCancellation(e))
        {
            // Its own token, or one of ours.
        }
        catch (Exception crash) // Also a cancellation that nobody has asked for, such as the timeout of an HttpClient.
        {
            var name = service.GetType().Name;
            signals.Report.Fail($"{name}: {crash.GetType().Name}: {crash.Message}");
            signals.Request($"{name} failed");
        }
    }

    // Clients have exceptions of their own for a token that has fired, such as gRPC's RpcException, with the cancellation in them.
    private static bool IsCancellation(Exception? exception)
    {
        while (exception is not (null or OperationCanceledException)) exception = exception.InnerException;
        return exception is not null;
    }
}
