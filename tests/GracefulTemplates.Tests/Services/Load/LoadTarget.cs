using System.Net;
using System.Net.Sockets;

namespace GracefulTemplates.Tests.Services.Load;

/// <summary>Where new connections go: what a balancer knows. Connections that exist stay where they are.</summary>
internal sealed class LoadTarget
{
    private volatile ServiceProcess? _service;

    public void Use(ServiceProcess service) => _service = service;

    public async ValueTask<Stream> ConnectAsync(Version version, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var port = version == HttpVersion.Version20 ? _service!.Http2Port : _service!.Port;
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
