using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace GracefulTemplates.Tests.Services;

/// <summary>An HTTP/2 client that goes on sending after GOAWAY, as every client does that has not read it yet.</summary>
internal sealed class Http2Connection : IDisposable
{
    private const int HeaderLength = 9; // RFC 9113 4.1
    private const byte Headers = 1, Settings = 4, GoAway = 7, EndStream = 1, EndHeaders = 4;

    private readonly TcpClient _client = new();
    private Stream _stream = Stream.Null;

    private Http2Connection() { }

    /// <param name="firstLine">What comes before HTTP/2.</param>
    public static async Task<Http2Connection> OpenAsync(int port, bool tls, string firstLine)
    {
        var connection = new Http2Connection();
        await connection._client.ConnectAsync(IPAddress.Loopback, port);
        connection._stream = connection._client.GetStream();
        if (tls) connection._stream = await EncryptAsync(connection._stream);
        await connection._stream.WriteAsync(Encoding.ASCII.GetBytes($"{firstLine}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        await connection.SendAsync(Settings, flags: 0, stream: 0, []);
        return connection;
    }

    /// <summary>Sends a GET. The streams of a client have odd numbers, and each is higher than those before.</summary>
    public Task GetAsync(int stream, string path) => SendAsync(Headers, EndStream | EndHeaders, stream,
    [
        0x82, _stream is SslStream ? (byte)0x87 : (byte)0x86, // :method GET, :scheme https or http (RFC 7541, appendix A)
        0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path),
        0x01, 4, .. "test"u8, // :authority
    ]);

    /// <summary>Reads the whole answer to a request.</summary>
    public async Task UntilAnsweredAsync(int stream)
    {
        var (_, flags, of) = await ReadAsync();
        while (of != stream || (flags & EndStream) == 0) (_, flags, of) = await ReadAsync();
    }

    public async Task UntilGoAwayAsync()
    {
        while ((await ReadAsync()).Type != GoAway) { }
    }

    /// <summary>Waits until the server closes the connection. Throws if it resets it.</summary>
    public async Task UntilClosedAsync()
    {
        using var patience = new CancellationTokenSource(ServiceProcess.Patience);
        var buffer = new byte[4096];
        while (await _stream.ReadAsync(buffer, patience.Token) > 0) { }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private static async Task<Stream> EncryptAsync(Stream stream)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        return encrypted;
    }

    private async Task SendAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, HeaderLength);
        await _stream.WriteAsync(frame);
    }

    private async Task<(byte Type, byte Flags, int Stream)> ReadAsync()
    {
        using var patience = new CancellationTokenSource(ServiceProcess.Patience);
        var header = new byte[HeaderLength];
        await _stream.ReadExactlyAsync(header, patience.Token);
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8];
        await _stream.ReadExactlyAsync(payload, patience.Token);
        return (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)));
    }
}
