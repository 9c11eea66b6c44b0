using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PulsarBroker.Connections;

/// <summary>Accepts clients on a port of the loopback interface; can be closed and opened again on the same port.</summary>
internal sealed class Listener(Broker broker, int port)
{
    private readonly ConcurrentDictionary<ClientConnection, bool> _connections = new();
    private readonly Lock _gate = new();
    private Socket? _socket;

    public int Port { get; private set; } = port;

    public ICollection<ClientConnection> Connections => _connections.Keys;

    public void Open()
    {
        lock (_gate)
        {
            if (_socket is not null)
                return;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // Connections of before may still be in TIME_WAIT on this port.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            socket.Listen();
            Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            _socket = socket;
            _ = AcceptAsync(socket);
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _socket?.Dispose();
            _socket = null;
        }
    }

    private async Task AcceptAsync(Socket socket)
    {
        try
        {
            while (true)
                _ = ServeAsync(new ClientConnection(broker, await socket.AcceptAsync()));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(ClientConnection connection)
    {
        _connections[connection] = true;
        try
        {
            await connection.RunAsync();
        }
        catch (Exception e)
        {
            // A mistake of the broker: the test that runs into it should see more than a lost connection.
            Console.Error.WriteLine($"Connection of {connection.Client} failed: {e}");
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
