using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// Owns SIGTERM, SIGINT and SIGQUIT from the first line of Program.cs on. .NET 10 installs no handler of its own, and a signal
/// without a handler is dropped by the kernel when the process is PID 1: a pod would live on until SIGKILL.
/// </summary>
public sealed class ShutdownSignals : IDisposable
{
    /// <summary>
    /// What comes within it of the first signal is the same request to stop: process groups, <c>tini -g</c>, <c>dotnet run</c> and shells
    /// that forward a signal deliver it twice, some milliseconds apart.
    /// </summary>
    private static readonly TimeSpan SameRequest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopRequested = new();
    private readonly CancellationTokenSource _forced = new();
    private readonly ManualResetEvent _draining = new(false);
    private PosixSignalRegistration[] _registrations;
    private PosixSignalContext? _firstSignal;
    private long _firstSignalAt;
    private bool _ended;

    public ShutdownSignals()
    {
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        _registrations = Register();
    }

    /// <summary>T0: the service was asked to stop, by a signal, by the application or by a failure.</summary>
    public CancellationToken StopRequested => _stopRequested.Token;

    /// <summary>A second signal came: no more waiting.</summary>
    internal CancellationToken Forced => _forced.Token;

    internal ShutdownReport Report { get; } = new();

    /// <summary>Set by RunGracefullyAsync; without it the stop is the host's alone.</summary>
    internal bool RunsGracefully { get; set; }

    /// <summary>Null until the host runs. Nothing is being served before, and a second signal ends the process at once.</summary>
    internal ShutdownWatchdog? Watchdog { get; set; }

    /// <summary>Starts the stop. Only the first call has an effect, and returns true.</summary>
    internal bool Request(string reason)
    {
        if (!Report.RequestStop(reason)) return false;
        ShutdownPhases.Cancel(_stopRequested);
        return true;
    }

    /// <summary>
    /// .NET 10 calls the handlers of a signal one after the other, the last registered first. What the application has started may have one
    /// that blocks until its own stop is over, as Akka's does: T0 and the deadline would move with it.
    /// </summary>
    internal void ComeFirst()
    {
        var before = _registrations;
        _registrations = Register();
        foreach (var registration in before) registration.Dispose();
    }

    /// <summary>The handlers of others get the signal, which in stock they get at once.</summary>
    internal void PassOn() => _draining.Set();

    private PosixSignalRegistration[] Register() =>
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal),
    ];

    // The runtime gives every signal a thread of its own, so this works with an exhausted thread pool, and may block.
    private void OnSignal(PosixSignalContext context)
    {
        if (context == Interlocked.CompareExchange(ref _firstSignal, context, null)) return; // Called by both registrations: it came in the middle of ComeFirst.
        context.Cancel = true; // The default action would end the process here and now.
        var now = Stopwatch.GetTimestamp();
        var first = Interlocked.CompareExchange(ref _firstSignalAt, now, 0);
        if (first == 0)
        {
            // A lifetime of somebody else's, such as systemd's, also handles the signal, and first while the service starts. It calls StopApplication.
            if (!Request(context.Signal.ToString()) && Report.Elapsed < SameRequest) Report.CorrectReason(context.Signal.ToString());
        }
        else if (Stopwatch.GetElapsedTime(first, now) >= SameRequest)
        {
            Report.Force(128 + context.Signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGQUIT => 3, _ => 15 });
            if (Watchdog is null) EndBeforeTheHost();
            _forced.Cancel();
        }
        // What others stop at the signal would be missing during the delay. Windows holds a lock of the console meanwhile.
        if (RunsGracefully && !OperatingSystem.IsWindows()) _draining.WaitOne();
    }

    // Reached by what goes wrong before RunGracefullyAsync (a malformed appsettings.json, a missing service) and by a crashed thread.
    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs unhandled)
    {
        var exception = (Exception)unhandled.ExceptionObject;
        Request("unhandled exception");
        Report.Fail(exception);
        Console.Error.WriteLine($"Unhandled exception. {exception}");
        if (Environment.GetEnvironmentVariable("DOTNET_DbgEnableMiniDump") == "1") // The runtime's abort makes the dump.
            ShutdownReportWriter.WriteFile(Report.ToDocument(), PathBeforeTheHost);
        else if (Watchdog is { } watchdog) watchdog.EndProcess();
        else EndBeforeTheHost();
    }

    // There is no configuration yet.
    private static string? PathBeforeTheHost => Environment.GetEnvironmentVariable("Shutdown__ReportPath");

    private void EndBeforeTheHost()
    {
        ShutdownReportWriter.WriteFile(Report.ToDocument(), PathBeforeTheHost);
        Console.Error.WriteLine($"Shutdown report: {Report.ToDocument().ToJson()}");
        ProcessExit.Now(Report.ExitCode);
    }

    /// <summary>The service has run to its end.</summary>
    internal void Ended()
    {
        PassOn();
        _ended = true;
    }

    public void Dispose()
    {
        if (!_ended) return; // An exception is on its way out of Program.cs, and "using" comes before the report of it.
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        foreach (var registration in _registrations) registration.Dispose();
    }
}
