using System.Diagnostics;
using System.Reflection;
using System.Text;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Jobs;

/// <summary>A file of this process in the folder Lab__Journal, with a line for all that happens to a job and the time on the machine's clock.</summary>
internal static class LabJournal
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("Lab__Journal");

    // Unbuffered: what was written is there even after a kill -9.
    private static readonly FileStream? Lines = Folder is null ? null :
        new(Path.Combine(Folder, $"{Environment.ProcessId}"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public static void Write(string what, string name)
    {
        if (Lines is null) return;
        var line = Encoding.UTF8.GetBytes($"{Stopwatch.GetTimestamp()} {what} {name}\n");
        lock (Lines) Lines.Write(line);
    }
}

/// <summary>Writes down when the signal came to this process, which is a little later than the test sent it.</summary>
internal sealed class SignalInJournal(ShutdownPhases phases) : LabService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        phases.StopRequested.Register(() => LabJournal.Write("signal", ""));
        return Task.CompletedTask;
    }
}

/// <summary>A client of something else that jobs use at their end. Its own disposal makes a span.</summary>
public sealed class LabClient : IAsyncDisposable
{
    private static readonly ActivitySource Source = new(Assembly.GetEntryAssembly()!.GetName().Name!);

    private volatile bool _disposed;

    public void Use() => ObjectDisposedException.ThrowIf(_disposed, this);

    public ValueTask DisposeAsync()
    {
        using var span = Source.StartActivity("lab client closes");
        _disposed = true;
        LabJournal.Write("disposed", "client");
        return ValueTask.CompletedTask;
    }
}
