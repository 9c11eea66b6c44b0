using System.IO.Compression;
using System.Text;

namespace GracefulTemplates.Tests.Pack;

/// <summary>What people download, and the whole way with the real command line.</summary>
[Trait("Category", "Slow")]
public sealed class PackageTests(PackedTemplates packed) : IClassFixture<PackedTemplates>
{
    private const int MaxBytes = 300 * 1024; // With READMEs in two languages.

    [Fact]
    public void Packing_gives_no_warning() => Assert.DoesNotContain("warning", packed.Output, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Package_lists_what_was_approved()
    {
        Golden.Equal("GracefulTemplates.nupkg", [.. packed.Files.Keys]);
        Assert.InRange(new FileInfo(packed.Nupkg).Length, 1, MaxBytes);
    }

    [Fact]
    public void Package_says_where_it_comes_from()
    {
        var nuspec = Encoding.UTF8.GetString(packed.Files["GracefulTemplates.nuspec"]);

        Assert.Matches("<projectUrl>https://[^<]+</projectUrl>", nuspec);
        Assert.Matches("<repository type=\"git\" url=\"https://[^\"]+\"", nuspec);
    }

    [Fact]
    public void Package_holds_exactly_the_files_of_the_templates()
    {
        var expected = Directory.GetDirectories(Repository.TemplatesFolder)
            .SelectMany(folder => Repository.FilesBelow(folder).Select(file => $"{Path.GetFileName(folder)}/{file}"))
            .ToDictionary(file => $"content/{file}", file => File.ReadAllBytes(Path.Combine(Repository.TemplatesFolder, file)));
        foreach (var manifest in expected.Keys.Where(file => file.EndsWith(".args", StringComparison.Ordinal)).ToList())
            expected[manifest] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(expected[manifest]).Replace("GracefulTemplates from-a-clone\n", "GracefulTemplates 1.2.3\n"));
        Assert.Contains("GracefulTemplates 1.2.3\n", Encoding.UTF8.GetString(expected["content/shared/.graceful-templates.args"]));
        expected["README.md"] = File.ReadAllBytes(Path.Combine(Repository.Root, "README.md"));
        expected["icon.png"] = File.ReadAllBytes(Path.Combine(Repository.Root, ".github", "icon.png"));

        Listing.Equal(expected.Keys, packed.Files.Keys.Where(file => file != "GracefulTemplates.nuspec"));
        Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(packed.Files[file.Key]), $"{file.Key} differs."));
    }

    [Fact]
    public async Task Templates_can_be_installed_listed_explained_used_and_removed()
    {
        using var sandbox = Sandbox.For("cli");

        await ExpectAsync(sandbox, ["install", packed.Nupkg], 0, Repository.Templates);
        await ExpectAsync(sandbox, ["list", "graceful"], 0, Repository.Templates);
        foreach (var template in Repository.Templates)
        {
            await ExpectAsync(sandbox, [template, "--help"], 0, ["--grace-seconds", "--no-tests"]);
            var name = $"{template}.App";
            await ExpectAsync(sandbox, [template, "-n", name, "--no-restore"], 0, ["created successfully", "dotnet run --project"]);
            Assert.True(File.Exists(Path.Combine(sandbox.Folder, name, ".gitignore")));
            await ExpectAsync(sandbox, [template, "-n", "Refused", "--grace-seconds", "13"], 102, ["--grace-seconds-must-be-at-least"]);
            Assert.Empty(Repository.FilesBelow(Path.Combine(sandbox.Folder, "Refused")));
        }
        await ExpectAsync(sandbox, ["uninstall", "GracefulTemplates"], 0, ["GracefulTemplates"]);
        await ExpectAsync(sandbox, ["list", "graceful"], 103, []);
        sandbox.Passed();
    }

    private static async Task ExpectAsync(Sandbox sandbox, string[] arguments, int exitCode, IReadOnlyList<string> texts)
    {
        var outcome = await sandbox.NewAsync(arguments);
        Assert.True(outcome.ExitCode == exitCode && texts.All(outcome.Output.Contains),
            sandbox.Report($"dotnet new {string.Join(' ', arguments)} ended with {outcome.ExitCode}; expected {exitCode} and "
                + $"{string.Join(", ", texts)} in:", outcome.Output));
    }
}

/// <summary>The package, made once for all tests that look into it.</summary>
public sealed class PackedTemplates : IAsyncLifetime
{
    private readonly Sandbox _sandbox = Sandbox.For("package");

    public string Nupkg => Path.Combine(_sandbox.Folder, "GracefulTemplates.1.2.3.nupkg");

    /// <summary>What packing printed.</summary>
    public string Output { get; private set; } = "";

    /// <summary>The files in the package, without those that every package has.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        Output = await _sandbox.DotnetAsync(Repository.Root, "pack", "GracefulTemplates.csproj", "-o", _sandbox.Folder, "-tl:off",
            "-p:MinVerVersionOverride=1.2.3", $"-p:ArtifactsPath={Path.Combine(_sandbox.Folder, "artifacts")}");
        await using var package = await ZipFile.OpenReadAsync(Nupkg);
        foreach (var entry in package.Entries.Where(entry => !IsPlumbing(entry.FullName)))
        {
            using var bytes = new MemoryStream();
            await using (var content = await entry.OpenAsync())
                await content.CopyToAsync(bytes);
            Files[Uri.UnescapeDataString(entry.FullName)] = bytes.ToArray();
        }
        _sandbox.Passed();
    }

    public Task DisposeAsync()
    {
        _sandbox.Dispose();
        return Task.CompletedTask;
    }

    private static bool IsPlumbing(string entry) =>
        entry is "[Content_Types].xml" or "_rels/.rels" || entry.StartsWith("package/", StringComparison.Ordinal);
}
