using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GracefulTemplates.Tests.Services;

/// <summary>A client that sends what it likes and when it likes, half a request for instance.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new();

    private RawConnection() { }

    public static async Task<RawConnection> OpenAsync(ServiceProcess service)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(IPAddress.Loopback, service.Port);
        return connection;
    }

    public async Task SendAsync(string text) => await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Reads until the server closes the connection, or aborts it, or the text has come.</summary>
    public async Task<string> ReadAsync(string? until = null)
    {
        using var patience = new CancellationTokenSource(ServiceProcess.Patience);
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        while (until is null || !text.ToString().Contains(until, StringComparison.Ordinal))
        {
            try
            {
                var count = await _client.GetStream().ReadAsync(buffer, patience.Token);
                if (count == 0)
                    return text + "(closed)";
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
            catch (IOException)
            {
                return text + "(aborted)";
            }
        }
        return text.ToString();
    }

    public void Dispose() => _client.Dispose();
}
