namespace Graceful.Service_1.Shutdown;

/// <summary>
/// A thread of its own that keeps the deadline, since timers need the thread pool and that may be exhausted. It aborts what is left
/// at the deadline or on a second signal, and ends the process when something then hangs for longer than the flush may take.
/// </summary>
internal sealed class ShutdownWatchdog(ShutdownSignals signals, ShutdownPhases phases, ShutdownOptions options, InFlightWork inFlight,
    ShutdownMetrics metrics, ShutdownReport report, ShutdownReportWriter writer, IEnumerable<ILoggerProvider> logs,
    ILogger<ShutdownWatchdog> logger) : IDisposable
{
    /// <summary>After a second signal. Kestrel takes 1 s to abort its connections (measured 1.07 to 1.12 s).</summary>
    private static readonly TimeSpan Hurry = TimeSpan.FromSeconds(2);

    /// <summary>For the last words of a process whose log may be blocked.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(0.5);

    private readonly ManualResetEvent _stopped = new(false);
    private readonly ManualResetEvent _finished = new(false);
    private volatile Thread? _naming;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "shutdown-watchdog" }.Start();

    /// <summary>The host has stopped; only disposal is left.</summary>
    public void Stopped()
    {
        _stopped.Set();
        _naming?.Join(LastWords); // So that the report is the last entry, unless the log is blocked.
    }

    /// <summary>Nothing is left to be watched.</summary>
    public void Finished() => _finished.Set();

    /// <summary>Nobody's but a test's factory can have disposed the container before the sequence does, and that process is not ours to end.</summary>
    public void Dispose()
    {
        if (_stopped.WaitOne(0)) return;
        _finished.Set();
        _stopped.Set();
    }

    // Only wait handles in here: they work without the thread pool.
    private void Run()
    {
        var forced = signals.Forced.WaitHandle;
        signals.Requested.WaitHandle.WaitOne();
        var left = options.Deadline - signals.Elapsed;
        WaitHandle.WaitAny([_stopped, forced], left > TimeSpan.Zero ? left : TimeSpan.Zero);
        if (!_stopped.WaitOne(0)) Abort();

        if (!forced.WaitOne(0)) WaitHandle.WaitAny([_finished, forced], options.Flush);
        if (forced.WaitOne(0)) _finished.WaitOne(Hurry);
        if (!_finished.WaitOne(0)) EndProcess();
    }

    private void Abort()
    {
        var items = inFlight.Snapshot(); // Before the abort, for aborted work leaves the list.
        report.AddAborted(items, inFlight.Totals);
        _naming = InBackground(() =>
        {
            metrics.Aborted(items.Count);
            foreach (var item in items) logger.Aborting(item.Name, Math.Round(item.Age.TotalSeconds, 1));
        });
        phases.Abort();
    }

    private void EndProcess()
    {
        report.Hung($"still {report.Step}; {ThreadPool.ThreadCount} pool threads, {ThreadPool.PendingWorkItemCount} work items waiting");
        var words = InBackground(() =>
        {
            report.WriteFile(); // Again, if the writer hangs in the log: it did not know then how this ends.
            writer.Write();
            foreach (var log in logs) log.Dispose(); // Flushes what is in their queues. The logger factory would not: it does not own them.
        });
        words.Join(LastWords);
        ProcessExit.Now(report.ExitCode);
    }

    // A log entry may block on a full pipe or a sick disk; this thread must not.
    private static Thread InBackground(ThreadStart action)
    {
        var thread = new Thread(action) { IsBackground = true, Name = "shutdown-log" };
        thread.Start();
        return thread;
    }
}
