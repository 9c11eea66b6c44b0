using System.Text;
using CliWrap;
using GracefulTemplates.Tests.Pack;

namespace GracefulTemplates.Tests.Item;

/// <summary>What was generated says what generated it, well enough to do it again.</summary>
[Trait("Category", "Slow")]
public sealed class ManifestTests
{
    private const string Manifest = ".graceful-templates.args";

    private static readonly string[] Options =
    [
        "--grace-seconds", "77", "--kubernetes-name", "shop-eu", "--image-registry", "ghcr.io/acme", "--no-docker", "--no-ci", "--no-tests", "--readme-language", "zh-Hans",
    ];

    public static TheoryData<string, string> EveryTemplateWithOptions => EveryTemplate.With(["", "--no-kubernetes --no-observability", string.Join(' ', Options)]);

    [Theory, MemberData(nameof(EveryTemplateWithOptions))]
    public void Manifest_makes_the_same_service_again(string template, string options)
    {
        using var sandbox = Sandbox.For($"manifest/{template}/{options.Length}");
        var first = sandbox.Generate(template, "My Shop", options.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        var words = File.ReadAllLines(Path.Combine(first, Manifest)).Where(line => !line.StartsWith('#')).ToList();
        Assert.Equal(template, words[0]);
        Assert.Equal("--name=My Shop", words[1]);
        Directory.Move(first, first + ".first");
        var second = sandbox.Generate(template, "My Shop", [.. words.Skip(2).SelectMany(word => word.Split('=', 2))]);

        var (before, after) = (Contents(first + ".first"), Contents(second));
        Assert.True(before.SequenceEqual(after), sandbox.Report("Differs:", before.Except(after).Select(file => file.Key)));
        sandbox.Passed();
    }

    [Fact]
    public async Task Manifest_is_what_the_command_line_takes()
    {
        using var sandbox = Sandbox.For("manifest/cli");
        await sandbox.InstallAsync();
        var first = sandbox.Generate("graceful-service", "My Shop", Options);

        var outcome = await sandbox.NewInAsync(first, $"@{Manifest}", "--no-restore", "-o", "../again");

        Assert.True(outcome.ExitCode == 0, sandbox.Report("It said:", outcome.Output));
        Assert.Equal(Contents(first), Contents(Path.Combine(sandbox.Folder, "again")));
        sandbox.Passed();
    }

    [Fact]
    public async Task Stock_gitignore_hides_nothing_of_what_is_generated()
    {
        using var sandbox = Sandbox.For("manifest/ignored");
        sandbox.Generate("graceful-service", "Shop");
        sandbox.GenerateUnnamed("graceful-shutdown", "Old", "--kubernetes");
        await sandbox.DotnetAsync(sandbox.Folder, "new", "gitignore");

        var (status, said) = (new StringBuilder(), new StringBuilder());
        await Cli.Wrap("sh").WithArguments(["-ec", "git init -q . && git status --porcelain --ignored -uall -- Shop Old"]).WithWorkingDirectory(sandbox.Folder)
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(status)).WithStandardErrorPipe(PipeTarget.ToStringBuilder(said)).ExecuteAsync();

        Assert.Contains("?? Old/.graceful-shutdown.args", $"{status}");
        Assert.True(!$"{status}".Contains("!! "), sandbox.Report("Ignored:", $"{status}".Split('\n').Where(line => line.StartsWith("!!", StringComparison.Ordinal))));
        sandbox.Passed();
    }

    private static SortedDictionary<string, string> Contents(string folder) => new(
        Repository.FilesBelow(folder).ToDictionary(file => file, file => File.ReadAllText(Path.Combine(folder, file))), StringComparer.Ordinal);
}
