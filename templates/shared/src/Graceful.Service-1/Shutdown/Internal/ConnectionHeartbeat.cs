using Microsoft.AspNetCore.Connections.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// Keeps ticking while the server stops. In its heartbeat, once a second, Kestrel cuts off a request body that makes no progress, and notices that
/// the last answer of an HTTP/2 connection has been sent. But its stop ends that heartbeat first (<c>KestrelServerImpl.StopAsync</c>, .NET 10). A client
/// that stalls, or one that waits for the close, such as net/http of Go 1.19, then holds up the stop to its deadline.
/// </summary>
internal sealed class ConnectionHeartbeat(IConnectionHeartbeatFeature inner) : IConnectionHeartbeatFeature
{
    private readonly Lock _gate = new();
    private readonly List<(Action<object> Action, object State)> _actions = [];

    public void OnHeartbeat(Action<object> action, object state)
    {
        inner.OnHeartbeat(action, state);
        lock (_gate) _actions.Add((action, state));
    }

    /// <summary>For a timer: does nothing while the last tick is still at work, and never throws.</summary>
    public void Tick()
    {
        if (!_gate.TryEnter()) return;
        try
        {
            foreach (var (action, state) in _actions) action(state);
        }
        catch (Exception)
        {
            // The connection ends at this moment, or a log cannot be written: the next tick is another attempt.
        }
        finally
        {
            _gate.Exit();
        }
    }
}
