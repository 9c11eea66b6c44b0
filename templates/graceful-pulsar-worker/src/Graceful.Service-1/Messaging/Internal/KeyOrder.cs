namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Runs what has the same key one after the other, in the order of the calls, and all else in parallel.</summary>
internal sealed class KeyOrder
{
    private readonly Dictionary<string, Task> _last = [];

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
