using System.Net.Sockets;
using System.Text;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>What systemd listens on for services of Type=notify.</summary>
internal sealed class Notifications : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graceful-");
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public Notifications()
    {
        Path = System.IO.Path.Combine(_folder.FullName, "notify");
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
    }

    public string Path { get; }

    public async Task<string> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(ServiceProcess.Patience);
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token));
    }

    public void Dispose()
    {
        _socket.Dispose();
        _folder.Delete(recursive: true);
    }
}
