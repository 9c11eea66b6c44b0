using System.Reflection;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// A thread of its own that keeps the deadline, since timers need the thread pool and that may be exhausted. It aborts what is left
/// at the deadline or on a second signal, and ends the process when something then hangs for longer than the flush may take: a
/// disposal, the log, or what the application has left behind (foreground threads, handlers of ProcessExit).
/// </summary>
internal sealed class ShutdownWatchdog(ShutdownSignals signals, ShutdownPhases phases, IOptions<ShutdownOptions> options, InFlightWork inFlight,
    HostedServices hostedServices, ShutdownMetrics metrics, ShutdownReportWriter writer, ILogger<ShutdownWatchdog> logger) : IDisposable
{
    /// <summary>From a second signal to the end. Kestrel takes 1 s to abort its connections (measured 1.07 to 1.12 s).</summary>
    private static readonly TimeSpan ForcedBound = TimeSpan.FromSeconds(2);

    /// <summary>From the report to the end of the process, if the flush has used up its time: a starved process is slow to exit.</summary>
    private static readonly TimeSpan ExitBound = TimeSpan.FromSeconds(2);

    /// <summary>For the last entries of a log that may be blocked; 1 s was too little on two cores with a load of 17.</summary>
    private static readonly TimeSpan LogBound = TimeSpan.FromSeconds(2);

    private readonly ShutdownReport _report = signals.Report;
    private readonly ManualResetEvent _flushing = new(false);
    private readonly ManualResetEvent _released = new(false);
    private volatile Thread? _naming;
    private volatile bool _finished;
    private TimeSpan _finishedAt;

    /// <summary>False in the process of a test that hosts the service (WebApplicationFactory): that is not ours to end.</summary>
    public static bool OwnsProcess { get; } = Assembly.GetEntryAssembly() == typeof(ShutdownWatchdog).Assembly;

    public void Start()
    {
        signals.Watchdog = this;
        if (OwnsProcess) AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        new Thread(Run) { IsBackground = true, Name = "shutdown-watchdog" }.Start();
    }

    /// <summary>The host has stopped; only disposal is left.</summary>
    public void BeginFlush()
    {
        _flushing.Set();
        _naming?.Join(LogBound); // So that the report is the last entry, unless the log is blocked.
    }

    /// <summary>The report is written. The process has what is left of the flush to end.</summary>
    public void Finish()
    {
        (_finishedAt, _finished) = (_report.Elapsed, true);
        if (!OwnsProcess) _released.Set();
    }

    /// <summary>Only a test's WebApplicationFactory disposes the container first; leave that process running.</summary>
    public void Dispose()
    {
        if (_flushing.WaitOne(0)) return;
        _released.Set();
        _flushing.Set();
    }

    // Only wait handles in here: they work without the thread pool.
    private void Run()
    {
        var forced = signals.Forced.WaitHandle;
        signals.StopRequested.WaitHandle.WaitOne();
        var left = options.Value.Deadline - _report.Elapsed;
        WaitHandle.WaitAny([_flushing, forced], left > TimeSpan.Zero ? left : TimeSpan.Zero);
        if (!_flushing.WaitOne(0)) Abort();

        if (!forced.WaitOne(0)) WaitHandle.WaitAny([_released, forced], options.Value.Flush);
        var toExit = _finishedAt + ExitBound - _report.Elapsed;
        if (_finished && toExit > TimeSpan.Zero && !forced.WaitOne(0)) WaitHandle.WaitAny([_released, forced], toExit);
        if (forced.WaitOne(0)) _released.WaitOne(ForcedBound);
        if (_released.WaitOne(0)) return;
        var where = hostedServices.Started ? phases.Current.ToString().ToLowerInvariant() : "starting";
        _report.Hang(_finished
            ? "a foreground thread or a handler of ProcessExit kept the process from ending"
            : $"still {where}; {ThreadPool.ThreadCount} pool threads, {ThreadPool.PendingWorkItemCount} work items waiting");
        EndProcess();
    }

    private void Abort()
    {
        var items = inFlight.Snapshot(); // Before the abort, for aborted work leaves the list.
        _report.AddAborted(items, inFlight.Totals);
        if (hostedServices.ServerIsStopping && !items.Any(item => item.IsRequest))
            _report.AddAborted("(open connection)", _report.Elapsed); // Of incomplete headers, or of another protocol than HTTP.
        _naming = InBackground(() =>
        {
            metrics.Aborted(items.Count);
            foreach (var item in items) logger.Aborting(item.Name, Math.Round(item.Age.TotalSeconds, 1));
        });
        phases.Abort();
    }

    // Environment.Exit, in the middle of it all. Other handlers of this event may hang.
    private void OnProcessExit(object? sender, EventArgs args)
    {
        if (_finished) return;
        _report.Exit(Environment.ExitCode);
        WriteReport();
        Environment.ExitCode = _report.ExitCode;
        InBackground(() =>
        {
            Thread.Sleep(options.Value.Flush);
            ProcessExit.Now(_report.ExitCode);
        });
    }

    /// <summary>Ends the process at once. What is at work counts as aborted.</summary>
    public void EndProcess()
    {
        WriteReport();
        ProcessExit.Now(_report.ExitCode);
    }

    private void WriteReport()
    {
        if (!phases.Deadline.IsCancellationRequested && !_finished) _report.AddAborted(inFlight.Snapshot(), inFlight.Totals);
        InBackground(writer.WriteAndFlush).Join(LogBound);
    }

    // A log entry may block on a full pipe or a sick disk; this thread must not.
    private static Thread InBackground(ThreadStart action)
    {
        var thread = new Thread(action) { IsBackground = true, Name = "shutdown-log" };
        thread.Start();
        return thread;
    }
}
