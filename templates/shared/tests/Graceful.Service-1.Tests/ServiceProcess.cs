using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Tests;

/// <summary>The real service in a process of its own, with real sockets, so that it can be sent real signals.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
#if (grpc)
    private const int Ports = 2;
#else
    private const int Ports = 1;
#endif
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Longer than a stop can take: whatever hangs is cut off at the service's own deadline, and its report names it.</summary>
    private static readonly TimeSpan PatienceWithStop = TimeSpan.FromSeconds(GraceSeconds() + 15);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<string> _addresses = [];
    private readonly string _reportPath = Path.GetTempFileName();
    private bool _isDisposed;

    private ServiceProcess((string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ShutdownOptions).Assembly.Location])
        {
            WorkingDirectory = AppContext.BaseDirectory, // Of appsettings.json.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        // Port 0 is one that is free; the log says which.
        start.Environment["Kestrel__Endpoints__Http__Url"] = "http://127.0.0.1:0";
#if (grpc)
        start.Environment["Kestrel__Endpoints__Grpc__Url"] = "http://127.0.0.1:0";
#endif
        start.Environment["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information";
        start.Environment["Shutdown__ReportPath"] = _reportPath;
        foreach (var (key, value) in settings) start.Environment[key.Replace(":", "__")] = value;

        Client = new HttpClient { Timeout = Patience };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Knows the address as soon as the service has answered once.</summary>
    public HttpClient Client { get; }

#if (grpc)
    /// <summary>Kestrel opens its endpoints in the order of their names: Grpc, then Http.</summary>
    public string GrpcAddress => _addresses[0];

#endif
    public string Log => string.Join('\n', _log);

    /// <summary>Starts the service with the given settings, such as <c>("Shutdown:DelaySeconds", "1")</c>.</summary>
    public static ServiceProcess Start(params (string Key, string Value)[] settings) => new(settings);

    /// <summary>Starts the service and waits until it is ready.</summary>
    public static async Task<ServiceProcess> StartReadyAsync(params (string Key, string Value)[] settings)
    {
        var service = Start(settings);
        try
        {
            await service.UntilAsync("/ready", HttpStatusCode.OK);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks until the answer has this status and contains this text.</summary>
    public async Task UntilAsync(string path, HttpStatusCode expected, string text = "")
    {
        var patience = Stopwatch.StartNew();
        for (var seen = "nothing"; ; await Task.Delay(20))
        {
            Assert.False(_process.HasExited, $"The service has ended while {path} was to say {expected} {text}; last it said {seen}.\n{Log}");
            Assert.True(patience.Elapsed < Patience, $"{path} did not say {expected} {text} within {Patience.TotalSeconds} s; last it said {seen}.\n{Log}");
            if (Client.BaseAddress is null && !TryFindAddress())
            {
                seen = "nothing, for no line of the log says 'Now listening on'";
                continue;
            }
            try
            {
                using var response = await Client.GetAsync(path);
                var body = await response.Content.ReadAsStringAsync();
                if (response.StatusCode == expected && body.Contains(text)) return;
                seen = $"{response.StatusCode} {body}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                seen = e.Message;
            }
        }
    }

    public void Terminate()
    {
        if (Kill(_process.Id, SigTerm) != 0) Assert.Fail($"The service is not there to be stopped.\n{Log}");
    }

    /// <summary>Waits for the end, which is to have this exit code. Returns the report.</summary>
    public async Task<JsonElement> EndAsync(int expectedExitCode)
    {
        var (exitCode, report) = await EndAsync();
        Assert.True(exitCode == expectedExitCode, $"The exit code is {exitCode}, not {expectedExitCode}.\n{Log}");
        return report;
    }

    /// <summary>Waits for the end. The exit code and the report say how it went.</summary>
    public async Task<(int ExitCode, JsonElement Report)> EndAsync()
    {
        using var patience = new CancellationTokenSource(PatienceWithStop);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.True(_process.HasExited, $"The service has not ended within {PatienceWithStop.TotalSeconds} s.\n{Log}");
        var report = await File.ReadAllTextAsync(_reportPath);
        return (_process.ExitCode, report.Length > 0 ? JsonElement.Parse(report) : default); // None from a process that was killed.
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Client.Dispose();
        File.Delete(_reportPath);
    }

    // As the service reads it.
    private static double GraceSeconds()
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "appsettings.json")), options);
        return settings.RootElement.TryGetProperty("Shutdown", out var shutdown) && shutdown.TryGetProperty("GraceSeconds", out var grace)
            ? grace.GetDouble()
            : new ShutdownOptions().GraceSeconds;
    }

    private bool TryFindAddress()
    {
        lock (_addresses)
        {
            if (_addresses.Count < Ports) return false;
            Client.BaseAddress = new Uri(_addresses[^1]);
            return true;
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _log.Enqueue(line);
        if (Listening().Match(line) is not { Success: true } match) return;
        lock (_addresses) _addresses.Add(match.Groups[1].Value);
    }

    [GeneratedRegex(@"Now listening on: (http://[\w.:]+)")]
    private static partial Regex Listening();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}

/// <summary>A test that sends a signal, which Windows does not have.</summary>
internal sealed class SignalFactAttribute : FactAttribute
{
    public SignalFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsWindows() ? "Windows has no SIGTERM." : null;
}
