namespace Graceful.Service_1.Shutdown;

/// <summary>The moments of a stop that application code may want to know. Inject it and use its tokens.</summary>
public sealed class ShutdownPhases(ShutdownSignals signals)
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _deadline = new();
    private volatile bool _lastCall;

    /// <summary>T0, the signal. Take nothing new from queues; requests are still served.</summary>
    public CancellationToken Requested => signals.Requested;

    /// <summary>The delay is over. Long-lived streams end, then the listeners close; work in flight goes on.</summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>Time is up, or a second signal came: what is still at work is aborted.</summary>
    public CancellationToken Deadline => _deadline.Token;

    /// <summary>True from the last part of the delay on, when HTTP/2 connections are asked to leave.</summary>
    internal bool LastCall => _lastCall;

    internal void BeginLastCall() => _lastCall = true;

    internal void BeginDraining() => CancelInBackground(_draining);
    internal void Abort() => CancelInBackground(_deadline);

    // A callback that blocks must not hold up the stop, and the thread pool may be exhausted.
    private static void CancelInBackground(CancellationTokenSource source) =>
        new Thread(() => Cancel(source)) { IsBackground = true, Name = "shutdown-phase" }.Start();

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
