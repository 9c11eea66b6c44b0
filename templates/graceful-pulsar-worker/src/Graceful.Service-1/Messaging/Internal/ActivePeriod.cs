namespace Graceful.Service_1.Messaging.Internal;

/// <summary>
/// From when this consumer gets messages until the stop, until it fails or, on Failover, until the broker makes another consumer the
/// active one. All that is not acknowledged is delivered to that one, which gives this one time to finish what it has begun: see
/// <see cref="Takeover"/>.
/// </summary>
internal sealed class ActivePeriod
{
    /// <summary>For the acknowledgement to arrive.</summary>
    private static readonly TimeSpan Acknowledgement = TimeSpan.FromSeconds(0.1);

    private readonly CancellationTokenSource _begin, _finish, _replaced;

    private readonly TimeSpan _takeover;

    public ActivePeriod(CancellationToken stopRequested, CancellationToken deadline, TimeSpan takeover)
    {
        _takeover = takeover;
        _begin = CancellationTokenSource.CreateLinkedTokenSource(stopRequested);
        _finish = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        _replaced = CancellationTokenSource.CreateLinkedTokenSource(stopRequested);
        (Begin, Finish, Replaced) = (_begin.Token, _finish.Token, _replaced.Token);
    }

    /// <summary>From then on no message is begun.</summary>
    public CancellationToken Begin { get; }

    /// <summary>From then on no further message of a batch that was begun is begun.</summary>
    public CancellationToken Finish { get; }

    /// <summary>The next period has begun.</summary>
    public CancellationToken Replaced { get; }

    /// <summary>Another consumer is the active one, or this one has failed.</summary>
    public bool IsOver { get; private set; }

    public void Replace() => _replaced.Cancel();

    public void End()
    {
        if (IsOver) return; // The client says both Inactive and Disconnected; the first one counts.
        IsOver = true;
        _finish.CancelAfter(_takeover > Acknowledgement ? _takeover - Acknowledgement : TimeSpan.Zero);
        _begin.Cancel();
    }
}
