using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GracefulTemplates.Sandboxes;

/// <summary>
/// A port for a service to listen on. It stays bound here, without anybody listening, until the tests end: the system gives it to nobody
/// else, and the service can listen on it all the same, for both sockets allow the address to be used again. A source file that projects link.
/// </summary>
internal static class FreePort
{
    private static readonly ConcurrentBag<Socket> Held = [];

    public static int Next() => Hold(0);

    /// <summary>The first of two, one behind the other.</summary>
    public static int NextPair()
    {
        while (true)
        {
            var first = Next();
            try
            {
                Hold(first + 1);
                return first;
            }
            catch (SocketException) { } // Taken.
        }
    }

    private static int Hold(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        Held.Add(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
