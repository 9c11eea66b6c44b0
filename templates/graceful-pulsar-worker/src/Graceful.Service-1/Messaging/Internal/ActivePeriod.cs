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

    private readonly CancellationTokenSource _begin = new(), _finish = new(), _replaced = new();
    private readonly CancellationTokenRegistration[] _links;
    private readonly TimeSpan _takeover;

    public ActivePeriod(TimeSpan takeover, CancellationToken stopRequested, CancellationToken deadline)
    {
        _takeover = takeover;
        _links = [Link(_begin, stopRequested), Link(_finish, deadline), Link(_replaced, stopRequested)];
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

    public void Replace()
    {
        _replaced.Cancel();
        Unlink(); // It is over, so the others are cancelled, or will be when the takeover's time is up.
    }

    public void End()
    {
        if (IsOver) return; // The client says both Inactive and Disconnected; the first one counts.
        IsOver = true;
        _finish.CancelAfter(_takeover > Acknowledgement ? _takeover - Acknowledgement : TimeSpan.Zero);
        _begin.Cancel();
    }

    /// <summary>Nothing waits for it any more. Whatever stays linked to a token of the process stays as long as that.</summary>
    public void Unlink()
    {
        foreach (var link in _links) link.Unregister();
    }

    private static CancellationTokenRegistration Link(CancellationTokenSource source, CancellationToken token) =>
        token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
}
