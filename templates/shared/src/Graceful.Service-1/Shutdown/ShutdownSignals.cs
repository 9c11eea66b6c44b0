using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// Owns SIGTERM, SIGINT and SIGQUIT from the first line of Program.cs on. .NET 10 installs no handler of its own, and a signal
/// without a handler is dropped by the kernel when the process is PID 1: a pod would live on until SIGKILL.
/// </summary>
public sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly CancellationTokenSource _forced = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Lock _gate = new();
    private int _signals;

    public ShutdownSignals()
    {
        Report = new ShutdownReport(this);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal),
        ];
    }

    /// <summary>T0: the service was asked to stop, by a signal, by the application or by a failure.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>A second signal came: no more waiting.</summary>
    internal CancellationToken Forced => _forced.Token;

    /// <summary>128 + the number of the second signal, as shells count; null without one.</summary>
    internal int? ForcedExitCode { get; private set; }

    /// <summary>Who asked for the stop: a signal's name, "StopApplication", or what failed.</summary>
    internal string Reason { get; private set; } = "none";

    /// <summary>Time since T0; zero before.</summary>
    internal TimeSpan Elapsed => _requestedAt == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_requestedAt);
    private long _requestedAt;

    /// <summary>Set once the watchdog runs. Before that nothing is being served, and a second signal ends the process at once.</summary>
    internal bool HostRuns { get; set; }

    internal ShutdownReport Report { get; }

    /// <summary>Starts the stop. Only the first call has an effect.</summary>
    internal void Request(string reason)
    {
        lock (_gate)
        {
            if (_requestedAt != 0) return;
            Reason = reason;
            _requestedAt = Stopwatch.GetTimestamp();
        }
        ShutdownPhases.Cancel(_requested);
    }

    // The runtime gives every signal a thread of its own, so this works with an exhausted thread pool.
    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true; // The default action would end the process here and now.
        if (Interlocked.Increment(ref _signals) == 1)
        {
            Request(context.Signal.ToString());
            return;
        }

        ForcedExitCode ??= 128 + context.Signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGQUIT => 3, _ => 15 };
        if (HostRuns) _forced.Cancel();
        else End(ForcedExitCode.Value, "before the host was built");
    }

    // Reached by what goes wrong before RunGracefullyAsync (a malformed appsettings.json, a missing service) and by a crashed thread.
    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs unhandled)
    {
        var exception = (Exception)unhandled.ExceptionObject;
        Request("unhandled exception");
        Report.Fail(exception);
        Console.Error.WriteLine($"Unhandled exception. {exception}");
        if (Environment.GetEnvironmentVariable("DOTNET_DbgEnableMiniDump") == "1") Report.WriteFile(); // The runtime's abort makes the dump.
        else End(Report.ExitCode, exception.GetType().Name);
    }

    private void End(int exitCode, string where)
    {
        Report.WriteFile();
        Console.Error.WriteLine($"Stopped {where}: {Report.ToJson()}");
        ProcessExit.Now(exitCode);
    }

    /// <summary>The service has run to its end.</summary>
    internal void Ended() => _ended = true;
    private bool _ended;

    public void Dispose()
    {
        if (!_ended) return; // An exception is on its way out of Program.cs, and "using" comes before the report of it.
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        foreach (var registration in _registrations) registration.Dispose();
    }
}
