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
    public async Task<CommandOutcome> RunAsync(string job, string folder, Func<string, Task<string>> change, params (string Key, string Value)[] environment)
    {
        var output = new StringBuilder();
        var variables = new[] { "env", $"jobs.{job}.env" }.SelectMany(path => Root.Find(path) as YamlMappingNode ?? [])
            .Select(variable => ($"{variable.Key}", $"{variable.Value}")).Concat(environment).ToArray();
        foreach (var step in Steps(job))
        {
            var outcome = await RunStepAsync(await change(step), folder, variables);
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
}
