using GracefulTemplates.Sandboxes;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Rollout.Model;

namespace Rollout.Targets;

/// <summary>A service in a process of its own, with real sockets and real signals.</summary>
internal sealed class PodProcess : IPodProcess
{
    private const int SigTerm = 15;

    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Process _process;
    private readonly int _http1 = FreePort.Next();
    private readonly int _http2 = FreePort.Next();

    /// <param name="command">Program and arguments.</param>
    public PodProcess(string[] command, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{_http1}";
        start.Environment["Kestrel__Endpoints__Http__Protocols"] = "Http1";
        start.Environment["Kestrel__Endpoints__Grpc__Url"] = $"http://127.0.0.1:{_http2}";
        start.Environment["Kestrel__Endpoints__Grpc__Protocols"] = "Http2";
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => _exited.TrySetResult(_process.ExitCode);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public Task<int> Exited => _exited.Task;

    /// <summary>The last lines it said.</summary>
    public string Log => string.Join('\n', _log);

    public void Start()
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public void Terminate() => _ = kill(_process.Id, SigTerm);

    // A container ends with all that is in it, such as the child of a shell.
    public void Kill() => _process.Kill(entireProcessTree: true);

    public async Task<bool> AnswersAsync(Probe probe)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(probe.TimeoutSeconds));
        try
        {
            using var handler = new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(Protocol.Http1, cancellation) };
            using var client = new HttpClient(handler);
            if (probe.Path is null) return await ConnectAsync(Protocol.Http2, timeout.Token) is { } stream && await CloseAsync(stream);
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://pod" + probe.Path) { Headers = { { "User-Agent", "kube-probe/1.36" } } };
            using var response = await client.SendAsync(request, timeout.Token);
            return (int)response.StatusCode is >= 200 and < 400;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, protocol == Protocol.Http2 ? _http2 : _http1), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _process.Dispose();

    private void Keep(string? line)
    {
        if (line is null) return;
        _log.Enqueue(line);
        if (_log.Count > 50) _log.TryDequeue(out _);
    }

    private static async Task<bool> CloseAsync(Stream stream)
    {
        await stream.DisposeAsync();
        return true;
    }

    [DllImport("libc")]
    private static extern int kill(int processId, int signal);
}
