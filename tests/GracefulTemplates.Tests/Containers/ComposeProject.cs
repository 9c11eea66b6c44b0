using System.Diagnostics;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Services;

namespace GracefulTemplates.Tests.Containers;

/// <summary>
/// A generated compose.yaml as it is, but for its ports, which two tests cannot have at once, and for the name of the project. Taken down when
/// it is disposed.
/// </summary>
internal sealed class ComposeProject : IAsyncDisposable
{
    private static readonly Lazy<string?> Reason = new(() => Docker.Unavailable
        ?? (Docker.TryAsync("compose", "version").GetAwaiter().GetResult().ExitCode == 0 ? null : "Docker has no Compose here."));

    private readonly GeneratedService _service;
    private readonly string _down;
    private Process? _started;

    /// <param name="image">Of the service, where it has been built already.</param>
    /// <param name="settings">Environment variables of the service.</param>
    public ComposeProject(GeneratedService service, string? image = null, params (string Key, string Value)[] settings)
    {
        _service = service;
        _down = $"docker compose down --volumes{(image is null ? " --rmi all" : "")}"; // What it has built goes with it.
        var changes = Path.Combine(Path.GetDirectoryName(service.Folder)!, "changes.yaml");
        File.WriteAllText(changes, $"""
            services:
              {Name}:
                ports: !override [{string.Join(", ", service.Listens.Values.Select(port => $"'127.0.0.1::{port}'"))}]
                environment: {'{'} {string.Join(", ", settings.Select(setting => $"{setting.Key}: '{setting.Value}'"))} {'}'}
            {(image is null ? "" : $"    image: {image}\n    build: !reset null")}
            """);
        Variables = [("COMPOSE_FILE", $"{Path.Combine(service.Folder, "compose.yaml")}:{changes}"), ("COMPOSE_PROJECT_NAME", $"graceful-{Guid.NewGuid():n}"), ("DOCKER_BUILDKIT", "1")];
    }

    /// <summary>Why there is no Compose here; null when there is.</summary>
    public static string? Unavailable => Reason.Value;

    /// <summary>The name of the service in compose.yaml.</summary>
    public string Name => _service.Compose.Text("name");

    /// <summary>With these <c>docker compose</c> means this project.</summary>
    public (string Key, string Value)[] Variables { get; }

    /// <summary>A command as a README has it, which has to succeed. Returns what it printed.</summary>
    public async Task<string> RunAsync(string command)
    {
        var outcome = await Workflow.RunStepAsync(command, _service.Folder, Variables);
        Assert.True(outcome.ExitCode == 0, $"{command} ended with {outcome.ExitCode}:\n{outcome.Output}");
        return outcome.Output.Trim();
    }

    /// <summary>The same in a terminal of its own; what is written to its input is typed there. What it prints goes to up.log beside the service's folder.</summary>
    /// <remarks>Without a terminal Docker and its Compose each take a signal to the group for a Ctrl+C, and two of them kill the service.</remarks>
    public Process Start(string command)
    {
        var start = new ProcessStartInfo("setsid", ["bash", "-c", "exec script --quiet --flush --return --command \"$0\" ../up.log >/dev/null", command])
        {
            WorkingDirectory = _service.Folder, RedirectStandardInput = true,
        };
        foreach (var (key, value) in Variables)
            start.Environment[key] = value;
        return _started = Process.Start(start)!;
    }

    /// <summary>Where a port of the service is reached: 127.0.0.1:49153.</summary>
    public Task<string> AddressAsync(int port) => RunAsync($"docker compose port {Name} {port}");

    /// <summary>The exit code of the service, and the last line of its log.</summary>
    public async Task<(int ExitCode, string LastLine)> EndAsync()
    {
        var container = await RunAsync($"docker compose ps --all --quiet {Name}");
        var exitCode = int.Parse(await Docker.RunAsync("inspect", "--format", "{{.State.ExitCode}}", container));
        return (exitCode, (await RunAsync($"docker compose logs --no-log-prefix {Name}")).Split('\n')[^1]);
    }

    public async ValueTask DisposeAsync()
    {
        using (_started)
        {
            if (_started is { HasExited: false })
                Signals.EndGroup(_started.Id); // And with the terminal what runs in it: it would go on to start what is taken down.
        }
        await Workflow.RunStepAsync(_down, _service.Folder, Variables);
    }
}

/// <summary>A theory that runs Compose.</summary>
internal sealed class ComposeTheoryAttribute : TheoryAttribute
{
    public ComposeTheoryAttribute() => Skip = ComposeProject.Unavailable;
}
