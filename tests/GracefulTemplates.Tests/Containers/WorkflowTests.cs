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

    [ComposeTheory, MemberData(nameof(EveryServer))]
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
        // The image is there already; the rest is as generated.
        await using var project = new ComposeProject(service, image.Tag, ("Shutdown__GraceSeconds", $"{grace}"));

        var outcome = await new Workflow(service).RunAsync("container", sandbox.Folder, WithPortsAsync, project.Variables);

        if (outcome.ExitCode == 0)
            sandbox.Passed();
        return outcome with { Output = $"--- grace period {grace}\n{outcome.Output}" };

        async Task<string> WithPortsAsync(string step)
        {
            foreach (var port in service.Listens.Values.Where(port => step.Contains($"127.0.0.1:{port}")))
                step = step.Replace($"127.0.0.1:{port}", await project.AddressAsync(port));
            return step;
        }
    }
}
