using GracefulTemplates.Sandboxes;
using CliWrap;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Pack;
using GracefulTemplates.Tests.Services;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Containers;

/// <summary>The generated workflow passes on the first push, whatever the grace period.</summary>
[Collection(ContainerCollection.Name)]
[Trait("Category", "Slow")]
public sealed class WorkflowTests(ServiceImages images, ITestOutputHelper output)
{
    // The two with a broker need its image, which no test machine is sure to have.
    public static TheoryData<string> EveryServer =>
        [.. Repository.Templates.Where(template => new GeneratedService("", template) is { IsServer: true } service && !service.Has("pulsar"))];

    [DockerTheory, MemberData(nameof(EveryServer))]
    public async Task Its_container_job_passes_at_any_grace_period(string template)
    {
        var image = await images.OfAsync(template);
        var least = OptionTests.LeastGrace(template);

        // Side by side: they mostly wait.
        var outcomes = await Task.WhenAll(new[] { least, least + 5, 45 }.Distinct().Select(grace => RunAsync(template, image, grace)));

        foreach (var outcome in outcomes)
            output.WriteLine(outcome.Output);
        Assert.All(outcomes, outcome => Assert.Equal(0, outcome.ExitCode));
    }

    private static async Task<CommandOutcome> RunAsync(string template, ServiceImage image, int grace)
    {
        using var sandbox = Sandbox.For($"workflow/{template}/{grace}");
        string[] preStop = CommandLine.OptionOf(template, "preStopSeconds") is null ? [] : ["--prestop-seconds", "0"];
        var service = new GeneratedService(sandbox.Generate(template, "Shop", ["--grace-seconds", $"{grace}", .. preStop]), template);
        var workflow = new Workflow(service);
        var ports = service.Listens.Values.ToDictionary(port => port, _ => FreePort.Next());
        var bin = workflow.ComposeStandIn(sandbox.Folder, image.Tag, ports);

        var outcome = await workflow.RunAsync("container", sandbox.Folder,
            step => ports.Aggregate(step, (text, port) => text.Replace($"127.0.0.1:{port.Key}", $"127.0.0.1:{port.Value}")),
            ("PATH", $"{bin}:{Environment.GetEnvironmentVariable("PATH")}"));

        await Cli.Wrap(Path.Combine(bin, "docker")).WithArguments(["compose", "down"]).WithValidation(CommandResultValidation.None).ExecuteAsync();
        if (outcome.ExitCode == 0)
            sandbox.Passed();
        return outcome with { Output = $"--- grace period {grace}\n{outcome.Output}" };
    }
}
