namespace GracefulTemplates.Tests.Services.Load;

/// <summary>Restarts as a rollout makes them: the next process is ready before the old one is told to stop.</summary>
internal static class Restarts
{
    /// <summary>How long after SIGTERM new connections still come to the old process: endpoints and proxies have to learn of it.</summary>
    public static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    /// <summary>Restarts while the load runs, until the condition holds. Returns how often.</summary>
    /// <param name="ended">Asserts how each process ended.</param>
    public static async Task<int> RunAsync(LoadTarget target, Func<Task<ServiceProcess>> startReady, Action<Ending> ended,
        Func<int, bool> isEnough, params Func<CancellationToken, Task>[] load)
    {
        using var stop = new CancellationTokenSource();
        var current = await startReady();
        target.Use(current);
        var clients = Task.WhenAll(load.Select(run => run(stop.Token)));
        try
        {
            var restarts = 0;
            for (; !isEnough(restarts); restarts++)
            {
                var next = await startReady();
                await using var old = current;
                current = next;
                old.Send(Signal.Terminate);
                await Task.Delay(Lag); // Part of the scenario, not a wait for something.
                target.Use(next);
                ended(await old.EndAsync());
            }
            return restarts;
        }
        finally
        {
            await stop.CancelAsync();
            await clients;
            await current.DisposeAsync();
        }
    }
}
