using System.Diagnostics;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Health;

internal sealed record WarmUpRegistration(string Name, TimeSpan Timeout, Func<IServiceProvider, IWarmUp> Create);

/// <summary>Runs the warm-ups, in the order of their registration, once the host has started. Until then nobody is sent here.</summary>
internal sealed partial class WarmUps : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly WarmUpRegistration[] _registrations;
    private readonly IServiceScopeFactory _scopes;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ShutdownPhases _phases;
    private readonly ILogger<WarmUps> _logger;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _current;

    public WarmUps(IEnumerable<WarmUpRegistration> registrations, IServiceScopeFactory scopes, IHostApplicationLifetime lifetime,
        ShutdownPhases phases, ILogger<WarmUps> logger)
    {
        (_registrations, _scopes, _lifetime, _phases, _logger) = ([.. registrations], scopes, lifetime, phases, logger);
        _current = _registrations.FirstOrDefault()?.Name;
        phases.HasBeenReady = _current is null;
        if (_current is null) _done.SetResult();
    }

    /// <summary>Null once everything is done.</summary>
    public string? Missing => !_lifetime.ApplicationStarted.IsCancellationRequested ? "starting" : _current is { } name ? $"warming up: {name}" : null;

    /// <summary>For what takes work without being sent it. It never ends when a stop comes first.</summary>
    public Task Done => _done.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_current is null) return;
        await Task.Delay(Timeout.InfiniteTimeSpan, _lifetime.ApplicationStarted).WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stoppingToken.IsCancellationRequested || _phases.StopRequested.IsCancellationRequested) return;
        var started = Stopwatch.GetTimestamp();
        foreach (var warmUp in _registrations)
        {
            _current = warmUp.Name;
            for (var attempt = 1; !await TryAsync(warmUp, attempt); attempt++)
            {
                await Task.Delay(Pause(attempt), _phases.StopRequested).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_phases.StopRequested.IsCancellationRequested) return;
            }
        }
        (_phases.HasBeenReady, _current) = (true, null); // In this order: from here on somebody may be sent here.
        _done.SetResult();
        LogDone(Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3), string.Join(", ", _registrations.Select(warmUp => warmUp.Name)));
    }

    /// <summary>At the signal an attempt is not waited for, whether it heeds its token or not.</summary>
    private async Task<bool> TryAsync(WarmUpRegistration warmUp, int attempt)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_phases.StopRequested);
        bound.CancelAfter(warmUp.Timeout);
        var run = Task.Run(() => RunAsync(warmUp, bound.Token), CancellationToken.None); // It may block its thread.
        try
        {
            await run.WaitAsync(bound.Token);
            return true;
        }
        catch (Exception e) when (!_phases.StopRequested.IsCancellationRequested)
        {
            var isLate = bound.IsCancellationRequested && e is OperationCanceledException;
            LogFailed(isLate ? new TimeoutException($"Not done within {warmUp.Timeout.TotalSeconds} s.", e) : e, warmUp.Name, attempt, Pause(attempt).TotalSeconds);
            // One that does not heed its token is left to end: the next attempt would only be one more that hangs.
            await run.WaitAsync(_phases.StopRequested).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return run.IsCompletedSuccessfully;
        }
        catch (Exception) // The stop was requested: however the attempt ended, it is not needed any more.
        {
            return false;
        }
    }

    private async Task RunAsync(WarmUpRegistration warmUp, CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        await warmUp.Create(scope.ServiceProvider).WarmUpAsync(cancellationToken);
    }

    private static TimeSpan Pause(int attempt) => TimeSpan.FromSeconds(Math.Min(attempt, LongestPause.TotalSeconds));

    [LoggerMessage(201, LogLevel.Warning, "Warm-up {Name} failed in attempt {Attempt}; the next one is in {PauseSeconds} s", EventName = "WarmUpFailed")]
    private partial void LogFailed(Exception failure, string name, int attempt, double pauseSeconds);

    [LoggerMessage(202, LogLevel.Information, "Warmed up in {Seconds} s: {Names}", EventName = "WarmedUp")]
    private partial void LogDone(double seconds, string names);
}
