using System.Text.RegularExpressions;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Pack;
using GracefulTemplates.Tests.Services;
using PulsarBroker.Control;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Containers;

/// <summary>
/// A workflow that has never run is a claim. So every <c>run</c> step of ours and of the generated one is run: here, by the test that is named, or, where
/// it needs what is not here, as far as that what it names is there.
/// </summary>
[Trait("Category", "Slow")]
public sealed partial class WorkflowStepTests
{
    /// <summary>By the beginning of a step: who runs it, or why nobody can.</summary>
    private static readonly (string Step, string RunBy)[] Known =
    [
        ("dotnet pack -p:UseAuthoringTasks=true", $"{nameof(PackageTests)}, without the property: Microsoft.TemplateEngine.Authoring.Tasks is not served everywhere"),
        ("test -f \"artifacts/package/", nameof(The_package_has_the_version_of_the_tag)),
        ("dotnet nuget push", "nobody: it needs the account of nuget.org"),
        ("go install github.com/fullstorydev/grpcurl", "nobody: it needs a proxy of Go's modules; a test that wants it is skipped without"),
        (".ci/run", "nobody: it runs this"),
        ("docker run -d --name pulsar", "nobody: it pulls 1 GB"),
        ("dotnet new install templates\nfor template in", nameof(WorkerProjectTests)),
        ("dotnet test tests/GracefulTemplates.Tests --filter", "nobody: it runs this"),
        ("dotnet new install ./templates", nameof(What_they_generate_is_there)),
        ("kind create cluster", "nobody: it needs a cluster"),
        ("kubectl run load", "nobody: it needs a cluster"),
        ("dotnet restore \"$SOLUTION\"", nameof(Generated_jobs_pass_at_any_grace_period_and_preStop)),
        ("dotnet build \"$SOLUTION\"", nameof(Generated_jobs_pass_at_any_grace_period_and_preStop)),
        ("dotnet test \"$SOLUTION\"", nameof(Generated_jobs_pass_at_any_grace_period_and_preStop)),
        ("kubectl kustomize k8s", nameof(Generated_jobs_pass_at_any_grace_period_and_preStop)),
        ("docker compose build", nameof(WorkflowTests)),
        ("docker compose up --detach", nameof(WorkflowTests)),
        ("curl --fail --silent --show-error --retry 60", nameof(WorkflowTests)),
        ("# The sample's job", nameof(WorkflowTests)),
        ("container=$(docker compose ps", nameof(WorkflowTests)),
    ];

    [Fact]
    public void Every_step_is_run_by_somebody()
    {
        var steps = OurSteps().Concat(GeneratedSteps()).ToList();

        Assert.DoesNotContain(steps, step => !Known.Any(known => step.StartsWith(known.Step, StringComparison.Ordinal)));
        Assert.DoesNotContain(Known, known => !steps.Any(step => step.StartsWith(known.Step, StringComparison.Ordinal)));
        Assert.All(Known.Where(known => !known.RunBy.StartsWith("nobody", StringComparison.Ordinal)), known => Assert.True(
            GetType().GetMethod(known.RunBy) is not null || GetType().Assembly.GetTypes().Any(type => type.Name == known.RunBy.Split(',')[0]), known.RunBy));
    }

    // Paths, templates and environment variables that steps name, and the image, which is also that of the manifests.
    [Fact]
    public void What_steps_name_is_there()
    {
        var steps = string.Join('\n', OurSteps());
        var sources = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.All(PathOfOurs().Matches(steps).Select(path => path.Value), path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        Assert.All(TemplateOfOurs().Matches(steps).Select(name => name.Value), name => Assert.Contains(name, Repository.Templates));
        Assert.All(["PULSAR_SERVICE_URL", "PULSAR_ADMIN_URL"], variable => Assert.Contains(variable, sources));
        Assert.Contains(Enum.GetNames<BrokerKind>(), kind => steps.Contains($"DisplayName~{kind}"));
        Assert.Contains("'$(UseAuthoringTasks)' == 'true'", File.ReadAllText(Path.Combine(Repository.Root, "GracefulTemplates.csproj")));
    }

    [Fact]
    public async Task The_package_has_the_version_of_the_tag()
    {
        using var sandbox = Sandbox.For("workflow-steps/tag");
        var folder = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "artifacts", "package")).FullName;
        File.WriteAllText(Path.Combine(folder, "GracefulTemplates.1.2.3.nupkg"), ""); // PackedTemplates packs under this name.
        var step = OurSteps().Single(step => step.StartsWith("test -f", StringComparison.Ordinal));

        Assert.Equal(0, (await Workflow.RunStepAsync(step, sandbox.Folder, ("GITHUB_REF_NAME", "v1.2.3"))).ExitCode);
        Assert.NotEqual(0, (await Workflow.RunStepAsync(step, sandbox.Folder, ("GITHUB_REF_NAME", "v1.2.4"))).ExitCode);
        sandbox.Passed();
    }

    // The lines with which two of our jobs begin, and what the job "rollout" then does to what they make: the names are those of the manifests.
    [KubectlFact]
    public async Task What_they_generate_is_there()
    {
        using var sandbox = Sandbox.For("workflow-steps/generated");
        var home = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "home")).FullName;
        var step = OurSteps().Single(step => step.StartsWith("dotnet new install ./templates", StringComparison.Ordinal) && step.Contains("kubectl kustomize"));

        var outcome = await Workflow.RunStepAsync(step.Replace("-o \"", "--no-restore -o \""), Repository.Root, ("RUNNER_TEMP", sandbox.Folder), ("DOTNET_CLI_HOME", home));

        Assert.True(outcome.ExitCode == 0, sandbox.Report("It said:", outcome.Output));
        var rendered = Manifest.Parse("k8s", outcome.Output[outcome.Output.IndexOf("apiVersion:", StringComparison.Ordinal)..]);
        var deployment = rendered.Single(manifest => manifest.Root.Text("kind") == "Deployment").Root;
        var rollout = string.Join('\n', OurSteps().Where(other => other.Contains("deployment/") && other.Contains("kubectl")));
        Assert.Equal("shop", deployment.Text("metadata.name"));
        var container = Assert.Single(deployment.Items("spec.template.spec.containers"));
        Assert.Contains("kubectl apply -k \"$RUNNER_TEMP/Shop/k8s\"", rollout);
        Assert.Contains($"kind load docker-image {container.Text("image")} ", rollout);
        Assert.Contains($"kubectl set image deployment/shop {container.Text("name")}={container.Text("image").Split(':')[0]}:", rollout);
        Assert.Contains(rendered, manifest => manifest.Root.Text("kind") == "Service" && manifest.Root.Text("metadata.name") == "shop");
        sandbox.Passed();
    }

    // Where the drain is shortest the service's own tests must have shorter work, too.
    [LongTheory]
    [InlineData("graceful-webapi", 14, 0)]
    [InlineData("graceful-webapi", 19, 5)]
    [InlineData("graceful-webapi", 86_400, 60)]
    [InlineData("graceful-grpc", 21, 0)]
    [InlineData("graceful-grpc", 26, 5)]
    [InlineData("graceful-pulsar-worker", 14, null)]
    [InlineData("graceful-service", 45, 5)]
    public async Task Generated_jobs_pass_at_any_grace_period_and_preStop(string template, int grace, int? preStop)
    {
        using var sandbox = Sandbox.For($"workflow-steps/{template}/{grace}");
        string[] options = preStop is { } seconds ? ["--prestop-seconds", $"{seconds}"] : [];
        var folder = sandbox.Generate(template, "Shop", ["--grace-seconds", $"{grace}", .. options]);
        var service = new GeneratedService(folder, template);
        if (service.Has("pulsar"))
            await DotPulsarPackage.ProvideAsync(sandbox, folder);
        var workflow = new Workflow(service);

        foreach (var job in (string[])["build", "manifests"])
        {
            var outcome = await workflow.RunAsync(job, folder, Task.FromResult, [.. sandbox.Variables.Select(variable => (variable.Key, variable.Value!))]);
            Assert.True(outcome.ExitCode == 0, sandbox.Report($"Job {job}:", outcome.Output));
        }
        sandbox.Passed();
    }

    private static List<string> OurSteps() =>
    [
        .. from file in Directory.GetFiles(Path.Combine(Repository.Root, ".github", "workflows"), "*.yml")
           let jobs = (YamlMappingNode)Manifest.Parse(file, File.ReadAllText(file)).Single().Root.Find("jobs")!
           from job in jobs.Children.Values
           from step in job.Items("steps")
           let run = step.Text("run").Trim()
           where run.Length > 0
           select run,
    ];

    private static List<string> GeneratedSteps()
    {
        using var sandbox = Sandbox.For("workflow-steps/all");
        var workflow = new Workflow(new GeneratedService(sandbox.Generate("graceful-service", "Shop"), "graceful-service"));
        sandbox.Passed();
        return [.. ((string[])["build", "container", "manifests"]).SelectMany(workflow.Steps).Select(step => step.Trim())];
    }

    [GeneratedRegex(@"(?<=[ ""])(\./)?(templates|tests/[\w./]+|\.ci/run)(?=[ ""\n]|$)")]
    private static partial Regex PathOfOurs();

    [GeneratedRegex("graceful-[a-z-]*[a-z]")]
    private static partial Regex TemplateOfOurs();
}
