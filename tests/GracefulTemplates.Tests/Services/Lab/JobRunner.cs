using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Graceful.Service_1.Jobs;

/// <summary>The sample's runner with jobs that misbehave, by their name. It says when a job has begun, for tests to wait for.</summary>
public sealed partial class JobRunner(IHostApplicationLifetime lifetime, ILogger<JobRunner> logger, LabClient? client = null)
{
    private readonly ConcurrentDictionary<string, int> _attempts = new();

    public async Task RunAsync(string name, double seconds, CancellationToken cancellationToken)
    {
        if (name is not ("load" or ['m', '-', ..])) Begun(name); // Those come by the thousands.
        LabJournal.Write("begin", name);
        try
        {
            await WorkAsync(name, TimeSpan.FromSeconds(seconds), cancellationToken);
            client?.Use();
        }
        catch
        {
            LabJournal.Write("fail", name);
            throw;
        }
        LabJournal.Write("end", name);
    }

    private async Task WorkAsync(string name, TimeSpan time, CancellationToken cancellationToken)
    {
        switch (name.Split('/')[0])
        {
            case "fail-always":
            case "fail-once" when _attempts.AddOrUpdate(name, 1, (_, attempts) => attempts + 1) <= 1:
            case "fail-twice" when _attempts.AddOrUpdate(name, 1, (_, attempts) => attempts + 1) <= 2:
                throw new InvalidOperationException($"The lab fails {name}.");
            case "fail-late" when _attempts.AddOrUpdate(name, 1, (_, attempts) => attempts + 1) <= 1:
                await Task.Delay(time, cancellationToken);
                throw new InvalidOperationException($"The lab fails {name}.");
            case "fail-unreadably":
            case "fail-unreadably-once" when _attempts.AddOrUpdate(name, 1, (_, attempts) => attempts + 1) <= 1:
                throw new UnreadableException();
            case "fail-at-length":
                throw new InvalidOperationException(new string('x', 6 * 1024 * 1024));
            case "read-too-much":
                throw new BadHttpRequestException("The lab has read too much.", StatusCodes.Status413PayloadTooLarge);
            case "ignore-token":
                await Task.Delay(time, CancellationToken.None);
                break;
            case "block-thread":
                Thread.Sleep(time);
                break;
            case "ends-at-deadline":
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "in-session":
                await Sessions.EnterAsync();
                break;
            case "stop-application":
                lifetime.StopApplication();
                break;
            default:
                await Task.Delay(time, cancellationToken);
                break;
        }
    }

    public async IAsyncEnumerable<int> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var done = 0;
        do yield return done++;
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Not even the log can read it.</summary>
    private sealed class UnreadableException : Exception
    {
        public override string Message => throw new InvalidOperationException("The lab's exception cannot be read.");
    }

    [LoggerMessage(EventId = 901, Level = LogLevel.Information, Message = "Begun {Job}")]
    private partial void Begun(string job);
}
