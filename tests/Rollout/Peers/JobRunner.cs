using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Shop.Jobs;

/// <summary>The job of all workers. It writes down what it begins and ends, and when the signal came: only the handler knows what was handled.</summary>
public sealed class JobRunner
{
    // Unbuffered: what was written is there even after SIGKILL. The time is that of the machine's clock, the same for all processes.
    private readonly FileStream _log = new(Path.Combine(Environment.GetEnvironmentVariable("Rollout__Log")!, $"{Environment.ProcessId}"),
        FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    private readonly PosixSignalRegistration _signal;

    public JobRunner() => _signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Write("signal", "SIGTERM"));

    public async Task RunAsync(string name, double seconds, CancellationToken cancellationToken)
    {
        Write("begin", name);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        Write("end", name);
    }

    private void Write(string what, string name)
    {
        lock (_log) _log.Write(Encoding.UTF8.GetBytes($"{Stopwatch.GetTimestamp()} {what} {name}\n"));
    }
}
