using System.Net;
using System.Net.Sockets;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>The address of a pod. When it has vanished nothing answers there any more, not even a refusal; connections that exist go on.</summary>
internal sealed class PodAddress : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _vanished = new();
    private readonly List<Socket> _unanswered = [];

    public PodAddress(int port)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _listener.Listen(1);
        _ = ForwardAsync(port);
    }

    public int Port { get; }

    /// <summary>Whoever connects from now on waits in a queue that is full and that nobody empties.</summary>
    public void Vanish()
    {
        _vanished.Cancel();
        for (var i = 0; i < 8; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _unanswered.Add(socket);
            _ = socket.ConnectAsync(IPAddress.Loopback, Port).ContinueWith(connect => connect.Exception, TaskScheduler.Default);
        }
    }

    private async Task ForwardAsync(int port)
    {
        while (true)
        {
            var client = await _listener.AcceptAsync(_vanished.Token);
            var service = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await service.ConnectAsync(IPAddress.Loopback, port);
            _ = CopyAsync(new NetworkStream(client, ownsSocket: true), new NetworkStream(service, ownsSocket: true));
        }
    }

    private static async Task CopyAsync(NetworkStream client, NetworkStream service)
    {
        await Task.WhenAny(client.CopyToAsync(service), service.CopyToAsync(client));
        await client.DisposeAsync();
        await service.DisposeAsync();
    }

    public void Dispose()
    {
        _vanished.Cancel();
        foreach (var socket in _unanswered) socket.Dispose();
        _listener.Dispose();
        _vanished.Dispose();
    }
}
