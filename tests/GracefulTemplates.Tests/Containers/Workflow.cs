using System.Text;
using CliWrap;
using GracefulTemplates.Tests.Kubernetes;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Containers;

/// <summary>The generated workflow's steps, run by bash as GitHub's runner does, with what they want in place.</summary>
/// <param name="Service">Its workflow and its compose.yaml.</param>
internal sealed record Workflow(GeneratedService Service)
{
    private YamlMappingNode Root => Manifest.Parse("ci.yml", Service.Text(".github/workflows/ci.yml")).Single().Root;

    /// <summary>The commands of a job, in their order.</summary>
    public IReadOnlyList<string> Steps(string job) =>
        [.. Root.Items($"jobs.{job}.steps").Select(step => step.Text("run")).Where(command => command.Length > 0)];

    /// <summary>Runs a job. Returns all that was printed, with the command that failed, if one did.</summary>
    /// <param name="folder">Where the repository would be checked out.</param>
    /// <param name="change">What has to be another way here.</param>
    public async Task<CommandOutcome> RunAsync(string job, string folder, Func<string, string> change, params (string Key, string Value)[] environment)
    {
        var output = new StringBuilder();
        var variables = new[] { "env", $"jobs.{job}.env" }.SelectMany(path => Root.Find(path) as YamlMappingNode ?? [])
            .Select(variable => ($"{variable.Key}", $"{variable.Value}")).Concat(environment).ToArray();
        foreach (var step in Steps(job))
        {
            var outcome = await RunStepAsync(change(step), folder, variables);
            output.AppendLine($"$ {step}").Append(outcome.Output);
            if (outcome.ExitCode != 0)
                return new CommandOutcome(outcome.ExitCode, $"{output}\nended with {outcome.ExitCode}");
        }
        return new CommandOutcome(0, output.ToString());
    }

    /// <summary>Runs one step, with variables of which the last of a name counts.</summary>
    public static async Task<CommandOutcome> RunStepAsync(string step, string folder, params (string Key, string Value)[] environment)
    {
        var output = new StringBuilder();
        var line = PipeTarget.ToDelegate(text => { lock (output) output.AppendLine(text); });
        var result = await Cli.Wrap("bash")
            .WithArguments(["-e", "-o", "pipefail", "-c", step])
            .WithWorkingDirectory(folder)
            .WithEnvironmentVariables(variables => { foreach (var (key, value) in environment) variables.Set(key, value); })
            .WithStandardOutputPipe(line)
            .WithStandardErrorPipe(line)
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync();
        return new CommandOutcome(result.ExitCode, output.ToString());
    }

    /// <summary>A folder with a docker that knows as much of Compose as the workflow needs, for the plugin is not everywhere that Docker is.</summary>
    /// <param name="image">What <c>docker compose build</c> would build.</param>
    /// <param name="ports">Those of compose.yaml, and the ones to publish them at.</param>
    public string ComposeStandIn(string folder, string image, IReadOnlyDictionary<int, int> ports)
    {
        var name = Service.Compose.Text("name");
        var container = $"{image.Split('/')[^1]}-{Guid.NewGuid():n}";
        var path = Path.Combine(folder, "bin");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "docker"), $"""
            #!/usr/bin/env bash
            set -euo pipefail
            docker={Docker.Client}
            [[ $1 == compose ]] || exec "$docker" "$@"
            case $2 in
              build) "$docker" image inspect {image} >/dev/null ;;
              up) "$docker" run --detach --name {container} --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
                    {string.Join(' ', ports.Select(port => $"--publish 127.0.0.1:{port.Value}:{port.Key}"))} --env "Shutdown__GraceSeconds=$GRACE_SECONDS" {image} ;;
              stop) [[ $3 == {name} ]] && "$docker" stop -t "$GRACE_SECONDS" {container} ;;
              logs) "$docker" logs {container} ;;
              ps) "$docker" inspect --format '{"{{.Id}}"}' {container} ;;
              down) "$docker" rm --force {container} ;;
              *) echo "docker compose $2?" >&2; exit 1 ;;
            esac
            """.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(path, "docker"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
