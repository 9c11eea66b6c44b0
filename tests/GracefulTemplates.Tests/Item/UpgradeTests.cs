using System.IO.Compression;
using System.Text;
using CliWrap;
using GracefulTemplates.Tests.Services;
using GracefulTemplates.Tests.Services.Load;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Item;

/// <summary>A service of the previous release with edits of its owner, upgraded by the commands of upgrading.md.</summary>
[Trait("Category", "Slow")]
public sealed class UpgradeTests(ITestOutputHelper output)
{
    private const string Nuspec = """
        <?xml version="1.0" encoding="utf-8"?>
        <package xmlns="http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd">
          <metadata>
            <id>GracefulTemplates</id>
            <version>1.1.0</version>
            <authors>x</authors>
            <description>x</description>
            <packageTypes><packageType name="Template" /></packageTypes>
          </metadata>
        </package>
        """;

    private static readonly string[] CommandLine = ["--name=Shop", "--grace-seconds=60", "--no-observability"];

    [Fact]
    public async Task It_merges_and_conflicts_only_where_both_have_changed_the_same_lines()
    {
        using var sandbox = Sandbox.For("upgrade");
        await ProvidePackagesAsync(sandbox);
        var shop = Path.Combine(sandbox.Folder, "shop");
        await sandbox.DotnetAsync(sandbox.Folder, "new", "install", "GracefulTemplates@1.0.0");
        await sandbox.DotnetAsync(sandbox.Folder, ["new", "graceful-webapi", .. CommandLine, "--no-restore", "-o", "shop"]);
        await RunAsync("git init -q -b main && git add -A && git commit -qm Generated");
        Edit("src/Shop/Program.cs", "app.MapJobs();", "app.MapJobs();\napp.MapGet(\"/orders\", () => \"none\");");
        Edit("src/Shop/Jobs/JobRunner.cs", "namespace Shop.Jobs;", "namespace Shop.Jobs;\n\npublic sealed record Order(string Name);\n");
        Edit("k8s/deployment.yaml", "replicas: 2", "replicas: 4");
        await RunAsync("git add -A && git commit -qm Edited");
        var page = new Page("upgrading.md").Code("sh", "The whole service");
        File.WriteAllLines(Path.Combine(shop, ".graceful-templates.args"), ["graceful-webapi", .. CommandLine]); // The previous release wrote none.
        await RunAsync("cp .graceful-templates.args ../shop.args && rm .graceful-templates.args");

        await RunAsync(page[0].Replace("cp .graceful-templates.args ../shop.args\n", ""));
        Assert.Equal("", await RunAsync("git diff HEAD^1"));
        await RunAsync(page[1]);

        Assert.Equal("", await RunAsync("git status --porcelain"));
        Assert.Contains("/orders", await RunAsync("cat src/Shop/Program.cs"));
        Assert.DoesNotContain("UseGracefulShutdown", await RunAsync("cat src/Shop/Program.cs"));
        Assert.Contains("record Order", await RunAsync("cat src/Shop/Jobs/JobRunner.cs"));
        Assert.Contains("replicas: 4", await RunAsync("cat k8s/deployment.yaml"));
        Assert.Equal("graceful-webapi\n", await RunAsync("grep -x graceful-webapi .graceful-templates.args"));
        await StopUnderLoadAsync(sandbox, shop);

        // An edit of one of the two folders shows as reverted, and nothing else has changed.
        const string Edited = "src/Shop/Shutdown/ShutdownOptions.cs";
        await RunAsync($"cd src/Shop && ({Forced("dotnet new graceful-shutdown --force")}) && git add -A && echo '// Mine.' >> ../../{Edited} && git commit -qam Mine");
        var onlyThese = new Page("upgrading.md").Code("sh", "Only Shutdown/ and Health/").Single();
        var diff = await UpgradeTests.RunAsync(sandbox, Path.Combine(shop, "src", "Shop"), Forced(onlyThese));
        Assert.Contains("\n-// Mine.\n", diff);
        Assert.Equal($"{Edited}\n", await RunAsync("git diff --name-only"));
        await RunAsync("git checkout -q . && git clean -qfd");

        // The new version has taken this line out, and has another hpa.yaml.
        await RunAsync("git reset -q --hard HEAD~2");
        Edit("src/Shop/Program.cs", "app.UseGracefulShutdown();", "app.UseGracefulShutdown(); // first");
        await RunAsync("git rm -q k8s/overlays/hpa/hpa.yaml && git commit -qam Commented && ! git merge template -m Conflict");
        Assert.Equal("k8s/overlays/hpa/hpa.yaml\nsrc/Shop/Program.cs\n", await RunAsync("git diff --name-only --diff-filter=U"));
        sandbox.Passed();

        static string Forced(string command) => command.Replace("--force", "--force || true"); // See ItemTests.AssertForced.

        void Edit(string file, string before, string after)
        {
            var text = File.ReadAllText(Path.Combine(shop, file));
            Assert.Contains(before, text);
            File.WriteAllText(Path.Combine(shop, file), text.Replace(before, after));
        }

        Task<string> RunAsync(string script) => UpgradeTests.RunAsync(sandbox, shop, script);
    }

    private async Task StopUnderLoadAsync(Sandbox sandbox, string shop)
    {
        File.Delete(Path.Combine(sandbox.Folder, "nuget.config")); // It has nothing but the templates.
        var built = Path.Combine(sandbox.Folder, "built");
        await sandbox.DotnetAsync(Path.Combine(shop, "src", "Shop"), "build", "-c", "Release", "-o", built, "-warnaserror", "-tl:off", "-nologo");
        var target = new LoadTarget();
        var load = new StockLoad(target, "/orders");

        await Restarts.RunAsync(target, StartAsync, ending => ending.Is(0, "drained"), restarts => restarts >= 1, load.RunAsync);

        output.WriteLine($"{load}");
        Assert.True(load.Failed == 0 && load.Requests >= 100, $"{load}");

        async Task<ServiceProcess> StartAsync()
        {
            var service = new ServiceProcess(Path.Combine(built, "Shop.dll"), new ServiceStart { Settings = [("Shutdown:DelaySeconds", "2")] }, output);
            await service.UntilReadyAsync();
            return service;
        }
    }

    /// <summary>A feed with two versions, for a home of its own: the commands of the page say nothing of a hive.</summary>
    private static async Task ProvidePackagesAsync(Sandbox sandbox)
    {
        var feed = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "feed")).FullName;
        const string Previous = "GracefulTemplates.1.0.0.nupkg";
        File.Copy(Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", "Item", "Previous", Previous), Path.Combine(feed, Previous));
        await using (var package = await ZipFile.OpenAsync(Path.Combine(feed, "GracefulTemplates.1.1.0.nupkg"), ZipArchiveMode.Create))
        {
            await using (var nuspec = await package.CreateEntry("GracefulTemplates.nuspec").OpenAsync())
                await nuspec.WriteAsync(Encoding.UTF8.GetBytes(Nuspec));
            foreach (var file in Repository.FilesBelow(Repository.TemplatesFolder).Where(file => file.Contains('/')))
                await package.CreateEntryFromFileAsync(Path.Combine(Repository.TemplatesFolder, file), $"content/{file}");
        }
        await File.WriteAllTextAsync(Path.Combine(sandbox.Folder, "nuget.config"),
            $"""<configuration><packageSources><clear /><add key="feed" value="{feed}" /></packageSources></configuration>""");

        var home = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "home")).FullName;
        foreach (var (name, value) in new (string, string)[]
                 {
                     ("DOTNET_CLI_HOME", home), ("NUGET_PACKAGES", Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? PackagesFolder()),
                     ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_AUTHOR_NAME", "x"), ("GIT_AUTHOR_EMAIL", "x@example.com"),
                     ("GIT_COMMITTER_NAME", "x"), ("GIT_COMMITTER_EMAIL", "x@example.com"),
                 })
            sandbox.Variables[name] = value;
    }

    // DOTNET_CLI_HOME would move it too.
    private static string PackagesFolder() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task<string> RunAsync(Sandbox sandbox, string folder, string script)
    {
        var (standard, all) = (new StringBuilder(), new StringBuilder());
        var result = await Cli.Wrap("sh").WithArguments(["-ec", script]).WithWorkingDirectory(folder)
            .WithEnvironmentVariables(environment => environment.Set(sandbox.Variables))
            .WithStandardOutputPipe(PipeTarget.Merge(PipeTarget.ToStringBuilder(standard), PipeTarget.ToStringBuilder(all)))
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(all))
            .WithValidation(CommandResultValidation.None).ExecuteAsync();
        Assert.True(result.ExitCode == 0, sandbox.Report($"{script}\nended with {result.ExitCode} and said:", all.ToString()));
        return standard.ToString();
    }
}
