using System.Net;
using System.Net.Sockets;

namespace GracefulTemplates.Tests.Services;

/// <summary>A port to listen on, from below those that the system gives to clients: a load of connections takes one of these any moment.</summary>
internal static class FreePort
{
    private const int First = 20_000, Count = 12_000;
    private static int _last = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException) { } // Taken.
        }
    }
}
