using GracefulTemplates.Sandboxes;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using GracefulTemplates.Tests.Kubernetes;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Containers;

/// <summary>A service in a container that is locked up as the pod of its manifest is. Removed when it is disposed.</summary>
internal sealed class RunningContainer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _id;
    private readonly string _report;
    private readonly GeneratedService _service;
    private readonly Dictionary<string, Uri> _addresses;
    private readonly ITestOutputHelper _output;

    private RunningContainer(string id, string report, GeneratedService service, Dictionary<string, Uri> addresses, ITestOutputHelper output) =>
        (_id, _report, _service, _addresses, _output) = (id, report, service, addresses, output);

    public HttpClient Http { get; } = new() { Timeout = Patience };

    /// <summary>Starts it and waits until it is alive.</summary>
    /// <param name="broker">A broker on this machine. The container shares the network with it, and so has other ports.</param>
    /// <param name="settings">Environment variables that the manifest does not have.</param>
    public static async Task<RunningContainer> StartAsync(
        ServiceImage image, ITestOutputHelper output, string? user = null, Uri? broker = null, params (string Key, string Value)[] settings)
    {
        // What the kubelet makes: an empty file that every user can write, mounted at terminationMessagePath.
        var report = Path.GetTempFileName();
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(report, (UnixFileMode)0b110_110_110);
        var (pod, container) = (image.Service.Pod, image.Service.Container);
        var addresses = broker is null ? [] : container.Ports.ToDictionary(port => port.Name, _ => new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        var network = broker is null
            ? container.Ports.SelectMany(port => (string[])["--publish", $"127.0.0.1::{port.ContainerPort}"])
            : ["--network", "host", .. addresses.SelectMany(port => (string[])["--env", $"Kestrel__Endpoints__{port.Key}__Url={port.Value}"])];
        var environment = container.Env.Where(variable => variable.Value is not null).ToDictionary(variable => variable.Name, variable => variable.Value);
        if (broker is not null)
            environment["Pulsar__ServiceUrl"] = broker.OriginalString;
        foreach (var (key, value) in settings)
            environment[key] = value;
        var id = await Docker.RunAsync(
        [
            "run", "--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
            "--memory", $"{container.Resources.Limits["memory"].ToInt64()}",
            "--user", user ?? $"{pod.SecurityContext.RunAsUser}:{pod.SecurityContext.RunAsGroup}",
            "--volume", $"{report}:/dev/termination-log",
            .. network,
            .. environment.SelectMany(variable => (string[])["--env", $"{variable.Key}={variable.Value}"]),
            image.Tag,
        ]);
        var running = new RunningContainer(id, report, image.Service, addresses, output);
        try
        {
            foreach (var port in container.Ports.Where(_ => broker is null))
                addresses[port.Name] = new Uri($"http://{await Docker.RunAsync("port", id, $"{port.ContainerPort}/tcp")}");
            await running.UntilAliveAsync();
            return running;
        }
        catch
        {
            await running.DisposeAsync(); // Prints its log.
            throw;
        }
    }

    /// <summary>Where a port of the manifest can be reached, by its name there.</summary>
    public Uri Address(string port, string path = "/") => new(_addresses[port], path);

    /// <summary>A job over each transport that the service has.</summary>
    public IReadOnlyList<Task<string>> Begin(double seconds) => Work.Begin(_service, Http, Address, seconds);

    /// <summary><c>docker stop</c>. Returns the exit code of the service.</summary>
    public async Task<int> StopAsync(int graceSeconds)
    {
        var clock = Stopwatch.StartNew();
        await Docker.RunAsync("stop", "-t", $"{graceSeconds}", _id);
        var exitCode = int.Parse(await Docker.RunAsync("inspect", "--format", "{{.State.ExitCode}}", _id));
        _output.WriteLine($"docker stop -t {graceSeconds} took {clock.Elapsed.TotalSeconds:0.0} s: exit code {exitCode}, report {Report}");
        return exitCode;
    }

    /// <summary>The termination message, as <c>kubectl describe pod</c> would show it.</summary>
    public string Report => File.ReadAllText(_report);

    public JsonElement ReportJson => JsonElement.Parse(Report);

    /// <summary>The user of the process.</summary>
    public async Task<string> UserAsync() => (await Docker.RunAsync("top", _id, "-o", "pid,uid")).Split((char[])[' ', '\n'])[^1];

    public async ValueTask DisposeAsync()
    {
        _output.WriteLine((await Docker.TryAsync("logs", _id)).Output);
        await Docker.TryAsync("rm", "--force", _id);
        Http.Dispose();
        File.Delete(_report);
    }

    private async Task UntilAliveAsync()
    {
        var probe = _service.Container.StartupProbe.HttpGet;
        using var patience = new CancellationTokenSource(Patience);
        for (; ; await Task.Delay(100, patience.Token))
        {
            try
            {
                using var response = await Http.GetAsync(Address(probe.Port.Value, probe.Path), patience.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException) { } // Docker's proxy listens before the service does.
            Assert.Equal("true", await Docker.RunAsync("inspect", "--format", "{{.State.Running}}", _id));
        }
    }
}
