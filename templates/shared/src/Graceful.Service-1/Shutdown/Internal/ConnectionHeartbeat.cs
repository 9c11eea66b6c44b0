using Microsoft.AspNetCore.Connections.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// Goes on beating while the server stops. Kestrel looks once a second whether the last answer of an HTTP/2 connection has been sent and it can be
/// closed, but its stop ends that heartbeat first (<c>KestrelServerImpl.StopAsync</c>, .NET 10). A client that waits for the close, as Go's
/// net/http does, then holds the stop to its deadline.
/// </summary>
internal sealed class ConnectionHeartbeat(IConnectionHeartbeatFeature inner) : IConnectionHeartbeatFeature
{
    private readonly List<(Action<object> Action, object State)> _actions = [];

    public void OnHeartbeat(Action<object> action, object state)
    {
        inner.OnHeartbeat(action, state);
        lock (_actions) _actions.Add((action, state));
    }

    /// <summary>Never throws: it is called by a timer.</summary>
    public void Beat()
    {
        try
        {
            lock (_actions)
            {
                foreach (var (action, state) in _actions) action(state);
            }
        }
        catch (Exception)
        {
            // The connection ends at this moment; there is nothing left to look after.
        }
    }
}
