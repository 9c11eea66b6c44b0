using System.Net.Sockets;
using DotPulsar.Exceptions;
using TlsException = System.Security.Authentication.AuthenticationException;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Says why there is no connection: every reason once, until there is one again.</summary>
internal sealed class ConnectionProblems(ILogger<PulsarClients> logger)
{
    /// <summary>Longer than a broker takes to load a topic before it answers with an error: 60 s (topicLoadTimeoutSeconds).</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(65);

    private readonly HashSet<string> _said = [];
    private TimeSpan _lastAt;

    /// <summary>When no connection to the broker could be made, the last time.</summary>
    public TimeSpan BrokerWasAwayAt { get; private set; }

    /// <summary>Whether a reason was said since the last connection.</summary>
    public bool AreKnown { get { lock (_said) return _said.Count > 0; } }

    public void Add(Exception exception)
    {
        if (exception is SocketException) BrokerWasAwayAt = DeliveryHistory.Now;
        if (!Tells(exception)) return;
        _lastAt = DeliveryHistory.Now;
        var reason = Reason(exception);
        lock (_said)
        {
            if (!_said.Add(reason)) return;
        }
        logger.NotAvailable(reason);
    }

    public void Clear()
    {
        lock (_said) _said.Clear();
    }

    /// <summary>Waits for a connection as long as the client has reasons to tell why there is none.</summary>
    /// <remarks>
    /// A question that DotPulsar sends while its connection ends can be one that nothing will ever answer: the client has forgotten all that
    /// were open by then, and waits for this one without a limit and without a word (<c>Awaiter.Dispose</c>).
    /// </remarks>
    /// <exception cref="TimeoutException">There was neither a connection nor a reason for 65 s.</exception>
    public async Task WhileTellingAsync(Task connected, CancellationToken cancellationToken)
    {
        for (var since = DeliveryHistory.Now; !connected.IsCompleted;)
        {
            if (since < _lastAt) since = _lastAt;
            var left = since + AnswerWithin - DeliveryHistory.Now;
            if (left <= TimeSpan.Zero) throw new TimeoutException($"The broker has not answered within {AnswerWithin.TotalSeconds} s.");
            await connected.WaitAsync(left, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The type and the message of the exception and of what has caused it.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        FaultedException or AggregateException when exception.InnerException is { } cause => Reason(cause),
        { InnerException: { } cause } => $"{exception.GetType().Name}: {exception.Message} {Reason(cause)}",
        _ => $"{exception.GetType().Name}: {exception.Message}",
    };

    // The client's other exceptions say only that something was in the way of a connection that had just ended.
    private static bool Tells(Exception exception) => exception is
        SocketException or IOException or TlsException or (DotPulsarException and not ChannelNotReadyException);
}
