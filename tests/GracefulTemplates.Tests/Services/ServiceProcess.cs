using GracefulTemplates.Sandboxes;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>A generated service in a process of its own, with real sockets and real signals. Killed when it is disposed.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>A bound for what has to happen at all, however busy the machine is.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How late a test sees a line of the log. On a busy machine it is late by itself, and a test that does not wait for it fails by chance.</summary>
    private static readonly TimeSpan LogLag =
        TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("GRACEFUL_LOG_LAG") ?? "0", CultureInfo.InvariantCulture));

    private readonly Process _process;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ITestOutputHelper _output;
    private readonly ServiceFiles _files = new();
    private readonly bool _inNamespace, _inGroup;
    private readonly Lock _keeping = new();
    private Task _kept = Task.CompletedTask;

    public ServiceProcess(string assembly, ServiceStart start, ITestOutputHelper output)
    {
        (_output, _inNamespace, _inGroup) = (output, start.AsPid1, start.StartedBy is ["setsid", ..]);
        Port = start.Port ?? FreePort.Next();
        Http2Port = start.Http2 ? FreePort.Next() : 0;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = Patience };
        _process = new Process { StartInfo = StartInfo(assembly, start), EnableRaisingEvents = true };
        _process.Exited += (_, _) => EndedAt = _clock.Elapsed;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        if (start.ReadOutput)
            _process.BeginOutputReadLine();
    }

    public int Port { get; }
    public int Http2Port { get; }
    public HttpClient Client { get; }
    public ServiceLog Log { get; } = new();

    /// <summary>When the last signal was sent, on the clock of the log entries.</summary>
    public TimeSpan SignalledAt { get; private set; }

    /// <summary>Now, on the clock of the log entries.</summary>
    public TimeSpan Now => _clock.Elapsed;

    private TimeSpan EndedAt { get; set; }

    public async Task UntilReadyAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                using var response = await Client.GetAsync("/ready", patience.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException) { }
            Assert.False(_process.HasExited, "The service has ended instead of becoming ready.");
            await Task.Delay(50, patience.Token); // A refused request takes 0.6 ms of the processor.
        }
    }

    /// <summary>Waits until nobody listens any more.</summary>
    public async Task UntilClosedAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        for (; ; await Task.Delay(10, patience.Token))
        {
            using var client = new TcpClient();
            try { await client.ConnectAsync(IPAddress.Loopback, Port, patience.Token); }
            catch (SocketException) { return; }
        }
    }

    public void Send(Signal signal)
    {
        SignalledAt = _clock.Elapsed;
        signal.Send(_inNamespace ? ChildId() : _process.Id);
    }

    /// <summary>Sends a signal to the whole process group, as Ctrl+C in a terminal does. It has to be started by <c>setsid</c>.</summary>
    public void SendToGroup(Signal signal)
    {
        SignalledAt = _clock.Elapsed;
        signal.Send(-_process.Id);
    }

    /// <summary>Sends a second signal when it is no longer taken for the first one, delivered twice.</summary>
    public async Task SendAgainAsync(Signal signal)
    {
        var until = SignalledAt + TimeSpan.FromSeconds(1.2) - _clock.Elapsed;
        if (until > TimeSpan.Zero) await Task.Delay(until);
        Send(signal);
    }

    /// <summary>Lets the lab go on where it waits.</summary>
    public void OpenGate() => _files.OpenGate();

    /// <summary>Waits for the end.</summary>
    public async Task<Ending> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _kept;
        Log.End();
        return new Ending(_process.ExitCode, EndedAt - SignalledAt, _files.Report(), Log);
    }

    public async ValueTask DisposeAsync()
    {
        // Of the namespace's processes the first one; "unshare" ends with it.
        if (!_process.HasExited && _inNamespace)
            Signal.Kill.Send(ChildId());
        else if (!_process.HasExited)
            _process.Kill();
        if (_inGroup)
            Signals.EndGroup(_process.Id); // What started the service can end without it.
        await _process.WaitForExitAsync();
        _output.WriteLine($"--- exit code {_process.ExitCode} after {EndedAt.TotalSeconds:0.000} s, last signal at {SignalledAt.TotalSeconds:0.000} s, report {_files.Report()}");
        _output.WriteLine(string.Join(Environment.NewLine, Log.Entries.TakeLast(400)));
        _process.Dispose();
        Client.Dispose();
        _files.Dispose();
    }

    private ProcessStartInfo StartInfo(string assembly, ServiceStart start)
    {
        // A shell that starts something in the background has it ignore SIGINT and SIGQUIT, and that is inherited.
        string[] command = ["--default-signal", .. start.AsPid1 ? Pid1.Command : [], .. start.StartedBy, "dotnet", assembly];
        var info = new ProcessStartInfo("env", start.Http2 ? command : [.. command, "--urls", $"http://127.0.0.1:{Port}"])
        {
            WorkingDirectory = start.WorkingDirectory ?? Path.GetDirectoryName(assembly),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Set("ASPNETCORE_ENVIRONMENT", "Production");
        Set("Shutdown:ReportPath", _files.ReportPath);
        Set("Lab:Gate", _files.GatePath);
        Set("Lab:Parts", start.Lab);
        if (start.Http2)
        {
            Set("Kestrel:Endpoints:Http:Url", $"http://127.0.0.1:{Port}");
            Set("Kestrel:Endpoints:Grpc:Url", $"http://127.0.0.1:{Http2Port}");
            Set("Kestrel:Endpoints:Grpc:Protocols", "Http2");
        }
        foreach (var (key, value) in start.Settings)
            Set(key, value);
        return info;

        void Set(string key, string value) => info.Environment[key.Replace(":", "__")] = value;
    }

    private int ChildId() => int.Parse(File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ')[0]);

    private void Keep(string? line)
    {
        if (line is null) return;
        var entry = LogEntry.Parse(_clock.Elapsed, line);
        if (LogLag == TimeSpan.Zero) Log.Add(entry);
        else lock (_keeping) _kept = KeepLateAsync(entry, _kept);
    }

    private async Task KeepLateAsync(LogEntry entry, Task before)
    {
        await Task.Delay(LogLag);
        await before;
        Log.Add(entry);
    }
}
