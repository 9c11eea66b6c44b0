using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Pack;

/// <summary>Shutdown/ is read by strangers, at three in the morning, and is taken into services that are not ours.</summary>
public sealed partial class ShutdownFolderTests
{
    private const int Screen = 60;

    private static readonly string Service = Path.Combine(Repository.TemplatesFolder, "shared/src/Graceful.Service-1");
    private static readonly string Folder = Path.Combine(Service, "Shutdown");

    [Fact]
    public void Its_README_fits_on_a_screen_and_names_every_file_that_is_there_and_no_other()
    {
        var readme = File.ReadAllLines(Path.Combine(Folder, "README.md"));
        var files = Repository.FilesBelow(Folder).Select(file => Path.GetFileName(file)!).Where(file => file.EndsWith(".cs", StringComparison.Ordinal)).ToList();
        // Of Report/ it says what the folder does, and names what one looks up or implements.
        var named = readme.SelectMany(line => FileName().Matches(line)).Select(match => match.Value).Where(name => name != "Program.cs").ToHashSet();
        var folders = Repository.FilesBelow(Path.Combine(Folder, "Report")).ToHashSet();

        Assert.InRange(readme.Length, 1, Screen);
        Assert.Empty(named.Except(files));
        Assert.Empty(files.Except(named).Except(folders));
    }

    [Fact]
    public void Its_top_has_what_a_user_reads_or_calls_and_no_more() => Assert.Equal(
        ["EndsOnDrain.cs", "GracefulShutdown.cs", "IStopsWithServer.cs", "InFlightWork.cs", "README.md", "ShutdownOptions.cs", "ShutdownPhases.cs", "ShutdownSequence.cs"],
        Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Shutdown")]
    [InlineData("Health")]
    public void It_is_the_same_in_every_service_and_knows_only_itself(string folder)
    {
        foreach (var file in Repository.FilesBelow(Path.Combine(Service, folder)).Where(file => file.EndsWith(".cs", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(Path.Combine(Service, folder, file));
            Assert.DoesNotContain("#if", text);
            Assert.Empty(OwnUsing().Matches(text).Select(match => match.Groups[1].Value).Except(["Shutdown", "Health"]));
            if (folder == "Shutdown") Assert.DoesNotContain("using Graceful.Service_1.Health", text);
        }
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Program_cs_is_a_table_of_contents(string template)
    {
        using var sandbox = Sandbox.For($"program/{template}");
        var lines = File.ReadAllLines(Path.Combine(sandbox.Generate(template, "Shop"), "src/Shop/Program.cs"));

        Assert.InRange(lines.Length, 1, 30);
        Assert.Equal("return await app.RunGracefullyAsync();", lines[^1]);
        sandbox.Passed();
    }

    [GeneratedRegex(@"\w+\.cs")]
    private static partial Regex FileName();

    [GeneratedRegex(@"using Graceful\.Service_1\.(\w+)")]
    private static partial Regex OwnUsing();
}
