using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Jobs;

internal abstract class LabService : IHostedService
{
    public virtual Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public virtual Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected static Task ForeverAsync(CancellationToken cancellationToken = default) => Task.Delay(Timeout.Infinite, cancellationToken);
}

internal sealed class PhaseTeller(ShutdownPhases phases) : LabService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        phases.StopRequested.Register(() => Gate.Say("requested"));
        phases.Draining.Register(() => Gate.Say("draining"));
        phases.Deadline.Register(() => Gate.Say("deadline"));
        return Task.CompletedTask;
    }
}

/// <summary>Ends what goes on in it when it stops, as the sessions of an MCP server (ModelContextProtocol.AspNetCore 2.4.0).</summary>
internal sealed class Sessions : LabService
{
    private static readonly CancellationTokenSource End = new();

    public static Task EnterAsync()
    {
        Gate.Say("in session");
        return Task.Delay(Timeout.Infinite, End.Token);
    }

    public override Task StopAsync(CancellationToken cancellationToken) => End.CancelAsync();
}

internal sealed class SlowStart : LabService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Gate.Say("starting");
        return ForeverAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        Gate.Say("stopped what had begun to start");
        return Task.CompletedTask;
    }
}

internal sealed class SlowStartWithoutToken : LabService
{
    public override Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => Gate.Wait("starting"), CancellationToken.None);
}

internal sealed class NeedsWhatIsMissing(IComparable missing) : LabService
{
    public override string? ToString() => missing.ToString();
}

internal sealed class Crashing(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Timeout.Infinite, lifetime.ApplicationStarted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new InvalidOperationException("The lab's worker is broken.");
    }
}

internal sealed class CrashingAtGate : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Run(() => Gate.Wait("intact"), CancellationToken.None);
        throw new InvalidOperationException("The lab's worker is broken.");
    }
}

internal sealed class CrashingAtOnce(Exception crash) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        throw crash;
    }
}

/// <summary>Uses a client that has an exception of its own for a token that has fired, or fails in its last work.</summary>
internal sealed class ThrowingAtItsEnd(bool isCancellation) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        catch (OperationCanceledException e)
        {
            throw isCancellation ? new IOException("The lab's call was cancelled.", e) : new IOException("The lab's last work failed.");
        }
    }
}

internal sealed class WorkerWithoutToken : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Delay(Timeout.Infinite, CancellationToken.None);
}

internal sealed class StopTeller : LabService
{
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        Gate.Say("told to stop");
        return Task.CompletedTask;
    }
}

internal sealed class ThrowingStop : LabService
{
    public override Task StopAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("The lab cannot stop.");
}

internal sealed class HangingStop : LabService
{
    public override Task StopAsync(CancellationToken cancellationToken) => ForeverAsync(CancellationToken.None);
}

internal sealed class BlockingStop : LabService
{
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        Thread.Sleep(Timeout.Infinite);
        return Task.CompletedTask;
    }
}

internal sealed class HangingStopping : LabService, IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => ForeverAsync(CancellationToken.None);
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal sealed class HangingDisposal : LabService, IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        Gate.Say("disposing");
        await ForeverAsync(CancellationToken.None);
    }
}

internal sealed class StopThatUsesWhatIsDisposed : LabService, IAsyncDisposable
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _disposed.Task;
        throw new ObjectDisposedException("the lab");
    }

    public async ValueTask DisposeAsync()
    {
        _disposed.SetResult();
        await Task.Delay(500); // The exit code is not decided yet.
    }
}

internal sealed class ThrowingDisposal : LabService, IDisposable
{
    public void Dispose() => throw new InvalidOperationException("The lab cannot be disposed.");
}

internal sealed class BadCallback(string part, ShutdownPhases phases, IHostApplicationLifetime lifetime) : LabService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (part == "block-on-stopping") lifetime.ApplicationStopping.Register(() => Thread.Sleep(Timeout.Infinite));
        if (part == "block-on-stopped") lifetime.ApplicationStopped.Register(() => Thread.Sleep(Timeout.Infinite));
        if (part == "slow-on-stopping") lifetime.ApplicationStopping.Register(() => Thread.Sleep(300));
        if (part == "throw-on-stop-requested") phases.StopRequested.Register(Throw);
        if (part == "throw-on-draining") phases.Draining.Register(Throw);
        if (part == "throw-on-deadline") phases.Deadline.Register(Throw);
        return Task.CompletedTask;
    }

    private static void Throw() => throw new InvalidOperationException("The lab's callback is broken.");
}

internal sealed class LabSection(Func<int> count) : IReportSection
{
    public string Name => "lab";
    public IReadOnlyDictionary<string, int> Counts => new Dictionary<string, int> { ["done"] = count() };
}
