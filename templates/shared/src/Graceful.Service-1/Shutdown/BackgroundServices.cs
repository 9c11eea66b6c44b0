namespace Graceful.Service_1.Shutdown;

/// <summary>Makes the failure of a <see cref="BackgroundService"/> stop the service and show in its exit code.</summary>
/// <remarks>The host logs a crash too, but then by default stops with exit code 0 (until .NET 11).</remarks>
internal sealed class BackgroundServices(ShutdownSignals signals, ShutdownReport report)
{
    private BackgroundService[] _services = [];

    /// <summary>Those that have not ended, by the names of their types.</summary>
    public IEnumerable<string> Unfinished =>
        _services.Where(service => service.ExecuteTask is { IsCompleted: false }).Select(service => service.GetType().Name);

    /// <summary>Waits for those that are still ending.</summary>
    public void End(TimeSpan bound) => Task.WaitAny([Task.WhenAll(_services.Select(service => service.ExecuteTask ?? Task.CompletedTask))], bound);

    public void Watch(IServiceProvider provider)
    {
        _services = [.. provider.GetServices<IHostedService>().OfType<BackgroundService>()];
        foreach (var service in _services) _ = WatchAsync(service);
    }

    private async Task WatchAsync(BackgroundService service)
    {
        var work = service.ExecuteTask ?? Task.CompletedTask;
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work is not { IsFaulted: true, Exception.InnerException: { } crash }) return;
        var name = service.GetType().Name;
        report.Fail($"{name}: {crash.GetType().Name}: {crash.Message}");
        signals.Request($"{name} failed");
    }
}
