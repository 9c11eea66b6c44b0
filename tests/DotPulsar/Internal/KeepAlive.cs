namespace DotPulsar.Internal;

/// <summary>A ping after one interval of silence, the end of the connection after the second.</summary>
internal sealed class KeepAlive(TimeSpan interval, Action ping, Action end)
{
    private long _lastHeard = Environment.TickCount64;

    public void Heard() => Volatile.Write(ref _lastHeard, Environment.TickCount64);

    public async Task RunAsync(CancellationToken closed)
    {
        for (var asked = false; ;)
        {
            var silence = TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastHeard));
            if (silence < interval)
                asked = false;
            var due = (asked ? 2 * interval : interval) - silence;
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (closed.IsCancellationRequested)
                    return;
                continue;
            }
            if (asked)
            {
                end();
                return;
            }
            asked = true;
            ping();
        }
    }
}
