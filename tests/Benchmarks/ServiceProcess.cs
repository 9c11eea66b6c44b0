using GracefulTemplates.Sandboxes;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Benchmarks;

/// <summary>A service in a process of its own, in Production, on a free port of the loopback.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new() { Timeout = Patience };
    private readonly ConcurrentQueue<string?> _output = new();
    private readonly Process _process;

    private ServiceProcess(string assembly, (string Name, string Value)[] environment)
    {
        Port = FreePort.Next();
        var start = new ProcessStartInfo("dotnet", [assembly])
        {
            WorkingDirectory = Path.GetDirectoryName(assembly), // Of appsettings.json.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}";
        start.Environment["Shutdown__DelaySeconds"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["Logging__Console__FormatterName"] = "simple"; // The stock template's, for both.
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data);
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data);
    }

    public int Port { get; }

    /// <summary>From the start of the process to the first answer 200.</summary>
    public TimeSpan TimeToReady { get; private set; }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts the service and waits until it answers 200.</summary>
    public static async Task<ServiceProcess> StartAsync(string assembly, SampleRequest request, params (string Name, string Value)[] environment)
    {
        var service = new ServiceProcess(assembly, environment);
        var started = Stopwatch.GetTimestamp();
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        while (!await service.AnswersAsync(request))
        {
            if (service._process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
                throw new InvalidOperationException($"{assembly} does not answer:\n{string.Join('\n', service._output)}");
            await Task.Delay(2);
        }
        service.TimeToReady = Stopwatch.GetElapsedTime(started);
        return service;
    }

    /// <summary>From SIGTERM to the end of the process.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        const int SigTerm = 15;
        using var patience = new CancellationTokenSource(Patience);
        var asked = Stopwatch.GetTimestamp();
        _ = Kill(_process.Id, SigTerm);
        await _process.WaitForExitAsync(patience.Token);
        var elapsed = Stopwatch.GetElapsedTime(asked);
        return _process.ExitCode == 0 ? elapsed
            : throw new InvalidOperationException($"Exit code {_process.ExitCode}:\n{string.Join('\n', _output)}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _client.Dispose();
    }

    private async Task<bool> AnswersAsync(SampleRequest request)
    {
        try
        {
            using var message = request.ToMessage(Port);
            using var response = await _client.SendAsync(message);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // It does not listen yet.
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}
