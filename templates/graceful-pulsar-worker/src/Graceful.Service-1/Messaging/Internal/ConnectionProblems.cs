using System.Net.Sockets;
using DotPulsar.Exceptions;
using TlsException = System.Security.Authentication.AuthenticationException;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Says why there is no connection: every reason once, until there is one again.</summary>
internal sealed class ConnectionProblems(ILogger<PulsarClients> logger)
{
    private readonly HashSet<string> _said = [];

    /// <summary>When no connection to the broker could be made, the last time.</summary>
    public TimeSpan BrokerWasAwayAt { get; private set; }

    /// <summary>Whether a reason was said since the last connection.</summary>
    public bool AreKnown { get { lock (_said) return _said.Count > 0; } }

    /// <summary>False: it tells nothing.</summary>
    public bool Add(Exception exception)
    {
        if (exception is SocketException) BrokerWasAwayAt = DeliveryHistory.Now;
        if (!Tells(exception)) return false;
        var reason = Reason(exception);
        lock (_said)
        {
            if (!_said.Add(reason)) return true;
        }
        logger.NotAvailable(reason);
        return true;
    }

    /// <summary>No connection was made, for whatever reason.</summary>
    public void AddUnknown() => BrokerWasAwayAt = DeliveryHistory.Now;

    public void Clear()
    {
        lock (_said) _said.Clear();
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
