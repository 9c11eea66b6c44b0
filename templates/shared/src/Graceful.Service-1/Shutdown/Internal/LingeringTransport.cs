using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>Kestrel's sockets, whose connections close as <see cref="LingeringConnection"/> says.</summary>
/// <remarks>
/// Not a connection middleware: that would be lost with the first <c>ConfigureEndpointDefaults</c> of the application, which replaces all others.
/// </remarks>
internal sealed class LingeringTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers, ShutdownPhases phases)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken), phases);

    private sealed class Listener(IConnectionListener inner, ShutdownPhases phases) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await inner.AcceptAsync(cancellationToken) is { } connection ? new LingeringConnection(connection, phases) : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);
        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
