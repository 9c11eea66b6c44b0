using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace GracefulTemplates.Tests.Containers;

/// <summary>The Docker client that .ci/docker.sh finds.</summary>
internal static class Docker
{
    private static readonly Lazy<(string Client, string? Reason)> Found = new(FindAsync().GetAwaiter().GetResult);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The client.</summary>
    public static string Client => Found.Value.Client;

    /// <summary>Why no container can be built and run here; null when it can.</summary>
    public static string? Unavailable => Found.Value.Reason;

    /// <summary>A command that has to succeed. Returns what it printed.</summary>
    public static async Task<string> RunAsync(params IEnumerable<string> arguments)
    {
        var outcome = await TryAsync(arguments);
        Assert.True(outcome.ExitCode == 0, $"docker {string.Join(' ', arguments)} ended with {outcome.ExitCode}:\n{outcome.Output}");
        return outcome.Output.Trim();
    }

    /// <summary>A command that may fail.</summary>
    public static async Task<CommandOutcome> TryAsync(params IEnumerable<string> arguments)
    {
        var output = new StringBuilder();
        using var timeout = new CancellationTokenSource(Patience);
        var result = await Cli.Wrap(Found.Value.Client)
            .WithArguments(arguments)
            .WithEnvironmentVariables(environment => environment.Set("DOCKER_BUILDKIT", "1"))
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output))
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(output))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(timeout.Token);
        return new CommandOutcome(result.ExitCode, output.ToString());
    }

    private static async Task<(string, string?)> FindAsync()
    {
        if (!OperatingSystem.IsLinux())
            return ("", "The script that prepares Docker is for Linux.");
        var ready = await Cli.Wrap(Path.Combine(Repository.Root, ".ci", "docker.sh"))
            .WithArguments("ready")
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
        return ready.ExitCode == 0
            ? (ready.StandardOutput.Trim(), null)
            : ("", ready.StandardError.Trim().Split('\n')[^1]);
    }
}

/// <summary>A theory that builds and runs containers.</summary>
internal sealed class DockerTheoryAttribute : TheoryAttribute
{
    public DockerTheoryAttribute() => Skip = Docker.Unavailable;
}
