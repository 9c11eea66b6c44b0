namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Runs what has the same key one after the other, in the order of the calls, and all else in parallel.</summary>
/// <param name="places">How many may wait for another one of their key.</param>
internal sealed class KeyOrder(int places)
{
    private readonly Dictionary<string, Task> _last = [];

    /// <summary>For those that wait. Without a bound, one key that fails again and again would have the whole topic fetched.</summary>
    public SemaphoreSlim Places { get; } = new(places);

    public bool IsBusy(string key)
    {
        lock (_last) return _last.ContainsKey(key);
    }

    public async Task RunAsync(string key, Func<Task> action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (_last)
        {
            _last.TryGetValue(key, out before);
            _last[key] = done.Task;
        }
        try
        {
            if (before is not null) await before;
            await action();
        }
        finally
        {
            lock (_last)
            {
                if (_last[key] == done.Task) _last.Remove(key);
            }
            done.SetResult();
        }
    }
}
