using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks;

/// <summary>16 kept-alive connections from one thread: each is sent its next request as soon as its answer was read, in turn.</summary>
/// <remarks>A client of HttpClient's kind would cost more than the server; this one costs two system calls a request.</remarks>
internal sealed class Load : IDisposable
{
    private const int Connections = 16;

    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly List<Socket> _sockets = [];
    private readonly int _responseLength;

    public Load(int port, string path)
    {
        _request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        for (var i = 0; i < Connections; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 10_000 };
            socket.Connect(IPAddress.Loopback, port);
            _sockets.Add(socket);
        }
        _responseLength = LearnResponseLength(_sockets[0]);
    }

    /// <summary>Returns how many requests were answered.</summary>
    public long Run(TimeSpan time)
    {
        var answered = 0L;
        foreach (var socket in _sockets) socket.Send(_request);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time; answered += Connections)
        {
            foreach (var socket in _sockets)
            {
                ReadResponse(socket);
                socket.Send(_request);
            }
        }
        foreach (var socket in _sockets) ReadResponse(socket);
        return answered + Connections;
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    // All answers to the same request have the same length, so that only the first must be understood: it ends with its last chunk.
    private int LearnResponseLength(Socket socket)
    {
        socket.Send(_request);
        var length = 0;
        do length += Receive(socket, length);
        while (!_buffer.AsSpan(0, length).EndsWith("\r\n0\r\n\r\n"u8));
        return length;
    }

    private void ReadResponse(Socket socket)
    {
        var length = 0;
        while (length < _responseLength) length += Receive(socket, length);
        if (length != _responseLength || !_buffer.AsSpan().StartsWith("HTTP/1.1 200 "u8))
            throw new InvalidOperationException($"Not the expected answer: {Encoding.ASCII.GetString(_buffer, 0, length)}");
    }

    private int Receive(Socket socket, int offset) =>
        socket.Receive(_buffer.AsSpan(offset)) is > 0 and var read ? read : throw new InvalidOperationException("The server closed a connection.");
}
