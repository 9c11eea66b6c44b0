using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>Kestrel's sockets, whose connections close as <see cref="LingeringConnection"/> says.</summary>
/// <remarks>
/// Not a connection middleware: that would be lost with the first <c>ConfigureEndpointDefaults</c> of the application, which replaces all others.
/// </remarks>
internal sealed class LingeringTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers, IOptions<ShutdownOptions> shutdown,
    ShutdownPhases phases, ShutdownReport report) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private static readonly TimeSpan MaxLingerTimeout = TimeSpan.FromSeconds(1);

    private readonly SocketTransportFactory _sockets = new(options, loggers);

    public ShutdownPhases Phases => phases;

    /// <summary>For clients that do not close by themselves. HttpClient does, at once. Half of what is left before the reserve, at most.</summary>
    public TimeSpan LingerTimeout
    {
        get
        {
            var left = (shutdown.Value.Deadline - shutdown.Value.Reserve - report.Elapsed) / 2;
            return left < TimeSpan.Zero ? TimeSpan.Zero : left < MaxLingerTimeout ? left : MaxLingerTimeout;
        }
    }

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken), this);

    private sealed class Listener(IConnectionListener inner, LingeringTransport transport) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await inner.AcceptAsync(cancellationToken) is { } connection ? new LingeringConnection(connection, transport) : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);
        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
