using System.Runtime.CompilerServices;

namespace Graceful.Service_1.Jobs;

/// <summary>The sample: a job that takes its time. Your own work goes here.</summary>
public sealed class JobRunner
{
    private int _done;

    /// <summary>Works for so many seconds, or until the token says that nobody waits for the result any more.</summary>
    public async Task RunAsync(string name, double seconds, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        Interlocked.Increment(ref _done);
    }

    /// <summary>How many jobs are done, once a second, until the token ends it.</summary>
    public async IAsyncEnumerable<int> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do yield return Volatile.Read(ref _done);
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
