namespace Graceful.Service_1.Shutdown;

/// <summary>How far a stop has come. The log, the report and the code use the same words.</summary>
public enum ShutdownPhase
{
    /// <summary>Nobody has asked for a stop. This includes the start.</summary>
    Serving,

    /// <summary>The delay: no longer ready, but everything is still served, and the host has not been told.</summary>
    StopRequested,

    /// <summary>The host stops, in its usual order.</summary>
    Draining,

    /// <summary>The deadline has passed, or a second signal came: whatever is left is cut off.</summary>
    Aborting,

    /// <summary>The host has stopped: everything is disposed, telemetry is flushed, the report is written.</summary>
    Flushing,
}

/// <summary>The moments of a stop that application code may want to know. Inject it and use its tokens.</summary>
public sealed class ShutdownPhases(ShutdownSignals signals)
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _deadline = new();
    private volatile bool _hasBeenReady = true, _sendsGoAway, _inReserve, _flushing;

    /// <summary>T0, the signal. Take nothing new from queues; requests are still served.</summary>
    public CancellationToken StopRequested => signals.StopRequested;

    /// <summary>
    /// The delay is over; the same moment as <see cref="IHostApplicationLifetime.ApplicationStopping"/>. Long-lived responses end, then
    /// the listeners close; work in flight goes on.
    /// </summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>Time is up, or a second signal came: whatever is still running is aborted.</summary>
    public CancellationToken Deadline => _deadline.Token;

    public ShutdownPhase Current =>
        _flushing ? ShutdownPhase.Flushing :
        Deadline.IsCancellationRequested ? ShutdownPhase.Aborting :
        Draining.IsCancellationRequested ? ShutdownPhase.Draining :
        StopRequested.IsCancellationRequested ? ShutdownPhase.StopRequested : ShutdownPhase.Serving;

    /// <summary>False before a warm-up is done. Nobody was sent here then, so the stop has no delay.</summary>
    internal bool HasBeenReady { get => _hasBeenReady; set => _hasBeenReady = value; }

    /// <summary>True from the last part of the delay on, when HTTP/2 connections are asked to leave.</summary>
    internal bool SendsGoAway => _sendsGoAway;

    /// <summary>True from the reserve on, in which hosted services are stopped though requests may need them.</summary>
    internal bool InReserve => _inReserve;

    internal void BeginGoAway() => _sendsGoAway = true;
    internal void BeginReserve() => _inReserve = true;
    internal void Abort() => CancelInBackground(_deadline);
    internal void BeginFlushing() => _flushing = true;

    internal void BeginDraining()
    {
        signals.PassOn();
        CancelInBackground(_draining);
    }

    // A callback that blocks must not hold up the stop, and the thread pool may be exhausted.
    private static void CancelInBackground(CancellationTokenSource source)
    {
        if (source.IsCancellationRequested) return;
        var thread = new Thread(() => Cancel(source)) { IsBackground = true, Name = "shutdown-phase" };
        thread.Start();
    }

    /// <summary>A callback that throws keeps no other from running, nor ends the process in the middle of the stop.</summary>
    internal static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException e)
        {
            Console.Error.WriteLine($"A callback on a shutdown token failed. {e}");
        }
    }
}
