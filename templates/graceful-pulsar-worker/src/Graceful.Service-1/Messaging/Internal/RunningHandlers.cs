namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The handlers that a consumer has started and that have not ended.</summary>
internal sealed class RunningHandlers
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count = 1; // The consumer itself, until it starts no more.

    public void Add(Task handler)
    {
        Interlocked.Increment(ref _count);
        _ = handler.ContinueWith(_ => Ended(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits for all of them. Those that ignore their own token are given up when this one fires.</summary>
    public async Task EndAsync(CancellationToken giveUp)
    {
        Ended();
        await _allEnded.Task.WaitAsync(giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Ended()
    {
        if (Interlocked.Decrement(ref _count) == 0) _allEnded.SetResult();
    }
}
