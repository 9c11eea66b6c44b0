using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>Stops what the host runs, in the order of <c>Host.StopAsync</c>, by name, and without letting one take the time of all.</summary>
/// <remarks>
/// <c>Host.StopAsync</c> itself has one token for all: a request that overruns takes the time of the queues behind it, a callback that
/// hangs keeps the listener open, and nothing tells which service hangs.
/// </remarks>
internal sealed class HostedServices(ShutdownPhases phases, LongLivedResponses longLived, BackgroundServiceMonitor monitor, IHostLifetime hostLifetime,
    IOptions<HostOptions> host, IOptions<ShutdownOptions> shutdown, ShutdownReport report, ILogger<HostedServices> logger)
{
    private const string WholeHost = "the host";
    private const string Server = "Microsoft.AspNetCore.Hosting.GenericWebHostService"; // Internal to the framework.

    private readonly ConcurrentQueue<Step> _steps = [];
    private readonly CancellationTokenSource _goOn = new();
    private IHostedService[]? _services;

    /// <summary>Whether the start has come to its end: before that nobody was sent here.</summary>
    public bool Started { get; private set; }

    /// <summary>Kestrel still waits for a connection: for one whose request never came in full, if no request is at work.</summary>
    public bool ServerIsStopping => _steps.Any(step => step is { Name: null, Task.IsCompleted: false });

    /// <summary>Whether something that was told to stop has not said yet that it has.</summary>
    public bool AnyIsStopping => _steps.Any(step => !step.Task.IsCompleted);

    /// <summary>Whether everything has ended, as far as it has a name.</summary>
    public bool HaveEnded => _steps.All(step => step.Name is null || step.Ended);

    /// <summary>What has not ended, and how long ago it was told to.</summary>
    public IEnumerable<(string Name, TimeSpan Age)> Unfinished =>
        _steps.Where(step => step is { Name: not null, Ended: false }).Select(step => (step.Name!, step.Age));

    public void BeginStart() => monitor.Begin();

    /// <summary>Returns when the start has ended. What starts behind a background service that has crashed may wait for it, for ever.</summary>
    public void WatchStart(Task start, IServiceProvider provider)
    {
        const int milliseconds = 50;
        if (Task.WaitAny([start], milliseconds) == 0) return;
        IHostedService[] services = [.. provider.GetServices<IHostedService>()]; // The host has made them by now.
        do monitor.Look(services);
        while (Task.WaitAny([start], milliseconds) != 0);
    }

    public void EndStart(IServiceProvider provider)
    {
        Started = true;
        IHostedService[] services = [.. provider.GetServices<IHostedService>()];
        var others = services.Except(provider.GetServices<IHostedService>(), ReferenceEqualityComparer.Instance).OfType<IHostedService>().ToArray();
        monitor.Watch(services.Except(others));
        foreach (var service in others) logger.Transient(NameOf(service)); // Another object every time: only the host has the one that runs.
        if (ShutdownWatchdog.OwnsProcess && others.Length == 0) _services = services;
        else monitor.GiveUp();
    }

    /// <summary>Ends when all have stopped, or at the deadline.</summary>
    public async Task StopAsync(WebApplication app)
    {
        if (_services is null)
        {
            await RunAsync(WholeHost, app.StopAsync);
            return;
        }

        var services = _services.AsEnumerable().Reverse().OrderBy(Turn).ToArray();
        var lifecycle = services.OfType<IHostedLifecycleService>().ToArray();
        var lifetime = app.Lifetime; // Now: when the thread pool is exhausted, what follows may run after the container is disposed.
        // On a signal stock fires ApplicationStopping first, and calls StoppingAsync then (measured on .NET 10).
        await RunAsync("a callback of ApplicationStopping", _ => Invoke(lifetime.StopApplication), shutdown.Value.Reserve);
        await ForEachAsync(lifecycle, service => RunAsync($"{NameOf(service)}.StoppingAsync", service.StoppingAsync, shutdown.Value.Reserve));
        await longLived.LeaveAsync();
        await ForEachAsync(services, service => RunAsync(IsServer(service) ? null : NameOf(service), service.StopAsync, of: service));
        await ForEachAsync(lifecycle, service => RunAsync($"{NameOf(service)}.StoppedAsync", service.StoppedAsync));
        await RunAsync("a callback of ApplicationStopped", _ => Invoke(() => (lifetime as ApplicationLifetime)?.NotifyStopped()));
        await RunAsync(NameOf(hostLifetime), hostLifetime.StopAsync);
    }

    /// <summary>The reserve begins: what still stops is no longer waited for, and the others get their turn.</summary>
    public void GoOn() => _goOn.Cancel();

    private async Task ForEachAsync<T>(T[] services, Func<T, Task> run)
    {
        if (host.Value.ServicesStopConcurrently) await Task.WhenAll(services.Select(run));
        else foreach (var service in services) await run(service);
    }

    private async Task RunAsync(string? name, Func<CancellationToken, Task> action, TimeSpan? bound = null, IHostedService? of = null)
    {
        var step = new Step(name, of as BackgroundService);
        _steps.Enqueue(step);
        step.Task = CatchAsync(step, action);
        var stopWaiting = _goOn.IsCancellationRequested ? phases.Deadline : _goOn.Token;
        await step.Task.WaitAsync(bound ?? Timeout.InfiniteTimeSpan, stopWaiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task CatchAsync(Step step, Func<CancellationToken, Task> action)
    {
        var inTime = !phases.Deadline.IsCancellationRequested;
        try
        {
            await Task.Run(() => action(phases.Deadline), CancellationToken.None); // It may block its thread.
            // Quartz 4 and MassTransit give up without a word when their token fires. Of a background service its own task tells, of the whole
            // host the requests do.
            if (inTime && phases.Deadline.IsCancellationRequested && step is { IsBackgroundService: false, Name: not WholeHost }) step.CutOff = true;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && phases.Deadline.IsCancellationRequested)
        {
            step.CutOff = true; // What goes on after the deadline has its container disposed under it.
        }
        catch (Exception e)
        {
            logger.StopFailed(step.Name ?? "The server", e);
            report.Fail(e);
        }
    }

    private static Task Invoke(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    // The last registered first, as in stock, where the server is always that. Whatever else brings in work follows it.
    private static int Turn(IHostedService service) => IsServer(service) ? 0 : service is IStopsWithServer ? 1 : 2;

    private static bool IsServer(IHostedService service) => service.GetType().FullName == Server;
    private static string NameOf(object service) => service.GetType().Name;

    private sealed class Step(string? name, BackgroundService? service)
    {
        private readonly long _startedAt = Environment.TickCount64;

        /// <summary>Null for the server.</summary>
        public string? Name => name;
        public Task Task { get; set; } = Task.CompletedTask;
        public bool CutOff { get; set; }
        public bool IsBackgroundService => service is not null;
        public bool Ended => Task.IsCompleted && !CutOff && service?.ExecuteTask is null or { IsCompleted: true };
        public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - _startedAt);
    }
}
