namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Waits for the connection of one client as long as that has reasons to tell why there is none.</summary>
/// <remarks>
/// A question that DotPulsar sends while its connection ends can be one that nothing will ever answer: the client has forgotten all that
/// were open by then, and waits for this one without a limit and without a word (<c>Awaiter.Dispose</c>).
/// </remarks>
internal sealed class ConnectionPatience
{
    /// <summary>Longer than a broker takes to load a topic before it answers with an error: 60 s (topicLoadTimeoutSeconds).</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(65);

    private TimeSpan _toldAt;

    /// <summary>The client has told a reason, and keeps trying.</summary>
    public void Told() => _toldAt = DeliveryHistory.Now;

    /// <exception cref="TimeoutException">There was neither a connection nor a reason for 65 s.</exception>
    public async Task WaitAsync(Task connected, CancellationToken cancellationToken)
    {
        for (var since = DeliveryHistory.Now; !connected.IsCompleted;)
        {
            if (since < _toldAt) since = _toldAt;
            var left = since + AnswerWithin - DeliveryHistory.Now;
            if (left <= TimeSpan.Zero) throw new TimeoutException($"The broker has not answered within {AnswerWithin.TotalSeconds} s.");
            await connected.WaitAsync(left, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
