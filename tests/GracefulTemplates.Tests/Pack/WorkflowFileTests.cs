using System.Text.RegularExpressions;
using GracefulTemplates.Tests.Kubernetes;

namespace GracefulTemplates.Tests.Pack;

/// <summary>What GitHub makes of the generated workflow; WorkflowTests run its steps.</summary>
public sealed partial class WorkflowFileTests
{
    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Only_a_pull_request_cancels_its_older_runs(string template)
    {
        using var sandbox = Sandbox.For($"workflow-file/{template}");
        var workflow = Manifest.Parse("ci.yml", File.ReadAllText(Path.Combine(sandbox.Generate(template, "Shop"), ".github/workflows/ci.yml"))).Single().Root;

        // A push has no number, and no two runs have one id: nothing is in its group.
        Assert.Equal("${{ github.workflow }}-${{ github.event.pull_request.number || github.run_id }}", workflow.Text("concurrency.group"));
        sandbox.Passed();
    }

    [Theory]
    [InlineData("dotnetcli", "it's", "it's.slnx")]
    [InlineData("vs", "it's", "tests/it's.Tests")]
    [InlineData("vs", "it's", "src/it's", "--no-tests")]
    public void It_builds_what_is_there_by_its_name(string host, string name, string built, params string[] options)
    {
        using var sandbox = Sandbox.For($"workflow-solution/{host}-{options.Length}", host);
        var folder = sandbox.Generate("graceful-webapi", name, options);
        var workflow = Manifest.Parse("ci.yml", File.ReadAllText(Path.Combine(folder, ".github/workflows/ci.yml"))).Single().Root;

        Assert.Equal(built, workflow.Text("env.SOLUTION"));
        Assert.True(Path.Exists(Path.Combine(folder, built)));
        sandbox.Passed();
    }

    // A tag can be moved to other code; Dependabot moves the commit and the version behind it.
    [Fact]
    public void Every_action_is_pinned_to_a_commit()
    {
        string[] folders = [".github/workflows", "templates/shared/.github/workflows"];
        var uses = folders.SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.yml"))
            .SelectMany(File.ReadAllLines).Where(line => line.Contains("uses:")).ToList();

        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(Pinned(), line));
    }

    [GeneratedRegex(@"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")]
    private static partial Regex Pinned();
}
