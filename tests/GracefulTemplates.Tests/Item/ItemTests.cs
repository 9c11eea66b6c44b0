using System.Text;
using CliWrap;
using GracefulTemplates.Tests.Kubernetes;

namespace GracefulTemplates.Tests.Item;

/// <summary><c>dotnet new graceful-shutdown</c> in folders as they come.</summary>
[Trait("Category", "Slow")]
public sealed class ItemTests
{
    private const string Web = "Microsoft.NET.Sdk.Web";

    [Fact]
    public async Task Outside_of_a_web_project_in_CSharp_it_says_what_is_missing_and_writes_nothing()
    {
        using var sandbox = Sandbox.For("item/refused");
        await sandbox.InstallAsync();
        var none = Directory.CreateTempSubdirectory("graceful-none-"); // Elsewhere, for the engine also looks in the folders above.
        Project(sandbox, "two/A.csproj", Web);
        Project(sandbox, "two/B.csproj", Web);
        Project(sandbox, "unrestored/Shop.csproj", Web);
        await sandbox.DotnetAsync(Project(sandbox, "library/Shop.csproj", "Microsoft.NET.Sdk"), "restore");
        await sandbox.DotnetAsync(Project(sandbox, "fsharp/Shop.fsproj", Web), "restore");

        await RefusedAsync(none.FullName, "No project was found at the path");
        await RefusedAsync("two", "Specify the project to use using --project option");
        await RefusedAsync("unrestored", "Run 'dotnet restore");
        await RefusedAsync("library", "The template needs project capability 'CSharp & AspNetCore'");
        await RefusedAsync("fsharp", "The template needs project capability 'CSharp & AspNetCore'");
        none.Delete();
        sandbox.Passed();

        async Task RefusedAsync(string folder, string message)
        {
            folder = Path.Combine(sandbox.Folder, folder);
            var before = Repository.FilesBelow(folder);

            var outcome = await sandbox.NewInAsync(folder, "graceful-shutdown");

            Assert.True(outcome.ExitCode == 100 && outcome.Output.Contains(message), sandbox.Report($"Ended with {outcome.ExitCode}, expected 100 and '{message}':", outcome.Output));
            Assert.Equal(before, Repository.FilesBelow(folder));
        }
    }

    [Fact]
    public async Task It_takes_the_root_namespace_refuses_to_overwrite_and_with_force_replaces_just_its_own_files()
    {
        using var sandbox = Sandbox.For("item/force");
        await sandbox.InstallAsync();
        var project = Project(sandbox, "My-Shop.Api/My-Shop.Api.csproj", Web);
        await sandbox.DotnetAsync(project, "restore");

        var first = await sandbox.NewInAsync(project, "graceful-shutdown");
        Assert.True(first.ExitCode == 0, sandbox.Report("First:", first.Output));
        Assert.All(LinesOfThePage(), line => Assert.Contains(line.Replace("Shop", "My_Shop.Api"), first.Output)); // What to put into Program.cs.
        Assert.DoesNotContain("Graceful.Service_1", first.Output);
        var made = Contents(project);
        Assert.Contains("namespace My_Shop.Api.Shutdown;", made["Shutdown/ShutdownSequence.cs"]);
        Listing.Equal(Delivered(), made.Keys);

        var twice = await sandbox.NewInAsync(project, "graceful-shutdown");
        Assert.True(twice.ExitCode == 73, sandbox.Report("Twice:", twice.Output));

        var (edited, own) = (Path.Combine(project, "Shutdown", "ShutdownOptions.cs"), Path.Combine(project, "Health", "DatabaseCheck.cs"));
        File.AppendAllText(edited, "// Mine.\n");
        File.WriteAllText(own, "// Mine.\n");
        var second = await sandbox.NewInAsync(project, "graceful-shutdown");
        Assert.True(second.ExitCode == 73, sandbox.Report("Second:", second.Output));
        Assert.EndsWith("// Mine.\n", File.ReadAllText(edited));

        await GitAsync("init -q . && git add -A && git -c user.name=a -c user.email=a@example.com commit -qm mine");
        var forced = await sandbox.NewInAsync(project, "graceful-shutdown", "--force");
        AssertForced(forced);
        Assert.Equal("Shutdown/ShutdownOptions.cs", await GitAsync("diff --name-only")); // To be kept or reverted.
        Directory.Delete(Path.Combine(project, ".git"), recursive: true);
        Assert.Equal("// Mine.\n", File.ReadAllText(own));
        File.Delete(own);
        Assert.Equal(made, Contents(project));

        var named = await sandbox.NewInAsync(project, "graceful-shutdown", "--force", "--namespace", "TodoApi");
        AssertForced(named);
        var again = Contents(project);
        Assert.Contains("namespace TodoApi.Shutdown;", again["Shutdown/ShutdownSequence.cs"]);
        Assert.DoesNotContain(again, file => file.Value.Contains("My_Shop"));
        var remembered = await sandbox.NewInAsync(project, "@.graceful-shutdown.args", "--force");
        AssertForced(remembered);
        Assert.Equal(again, Contents(project));
        sandbox.Passed();

        // With --force the SDK gives its check of the project 1 s (TemplateCommand.ConstraintEvaluationTimeout), and fails on a busy machine
        // when all is written.
        void AssertForced(CommandOutcome outcome) => Assert.True(
            outcome.ExitCode == 0 || outcome.Output.Contains("was created successfully") && outcome.Output.Contains("The operation was canceled"),
            sandbox.Report("With --force:", outcome.Output));

        async Task<string> GitAsync(string command)
        {
            var output = new StringBuilder();
            await Cli.Wrap("sh").WithArguments(["-ec", $"git {command}"]).WithWorkingDirectory(project).WithStandardOutputPipe(PipeTarget.ToStringBuilder(output)).ExecuteAsync();
            return output.ToString().Trim();
        }
    }

    private static IEnumerable<string> LinesOfThePage()
    {
        var lines = new Page("existing-service.md").Code("diff")[0].Split('\n')
            .Where(line => line.StartsWith('+') && !line.StartsWith("+++", StringComparison.Ordinal)).Select(line => line[1..].Trim()).ToList();
        Assert.Equal(6, lines.Count); // Two usings, and the four lines.
        return lines;
    }

    // In process the engine finds no project, so the names are those of the folder.
    [KubectlTheory]
    [InlineData("Shop", "shop")]
    [InlineData("Acme.Task", "acme-task")]
    [InlineData("it's 100%", "it-s-100")]
    [InlineData("订单", "graceful-app-[0-9a-f]{6}")]
    [InlineData("Заказы.Api", "api-[0-9a-f]{6}")]
    [InlineData("支付", "payments", "--kubernetes-name", "payments")]
    public void With_Kubernetes_it_adds_manifests_and_a_Dockerfile_under_the_name_of_the_project(string name, string kubernetesName, params string[] options)
    {
        using var sandbox = Sandbox.For($"item/kubernetes/{name}");

        var folder = sandbox.GenerateUnnamed("graceful-shutdown", name, ["--kubernetes", .. options]);

        OutputCheck.AssertSound(sandbox, folder);
        Assert.Matches($"name: {kubernetesName}\n", Kubectl.Kustomize(Path.Combine(folder, "k8s")));
        Assert.Matches($"name: \"{kubernetesName}\"", File.ReadAllText(Path.Combine(folder, "k8s", "service.yaml")));
        var dockerfile = File.ReadAllText(Path.Combine(folder, "Dockerfile"));
        Assert.Contains($"ARG PROJECT='{name.Replace("'", "'\\''")}.csproj'", dockerfile);
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{name}.dll\"]", dockerfile);
        Assert.DoesNotContain("kubernetes", File.ReadAllText(Path.Combine(folder, ".graceful-shutdown.args"))); // An upgrade must not touch these files.
        sandbox.Passed();
    }

    // Kept twice, because the engine cannot put the same part into two files.
    [Fact]
    public void Its_image_is_that_of_a_generated_service()
    {
        using var sandbox = Sandbox.For("item/image");

        var (ofItem, ofService) = (Image(sandbox.GenerateUnnamed("graceful-shutdown", "Shop", "--kubernetes")), Image(sandbox.Generate("graceful-webapi", "Shop")));

        Assert.Contains("USER $APP_UID", ofService);
        Assert.Equal(ofService, ofItem);
        sandbox.Passed();

        static string Image(string folder)
        {
            var text = File.ReadAllText(Path.Combine(folder, "Dockerfile"));
            return text[text.IndexOf("# Chiseled", StringComparison.Ordinal)..];
        }
    }

    // namespace Acme.Task.Shutdown would hide the type of that name.
    [Fact]
    public void A_part_of_the_namespace_that_is_the_name_of_a_type_gets_an_underscore()
    {
        using var sandbox = Sandbox.For("item/reserved");
        var folder = sandbox.GenerateUnnamed("graceful-shutdown", "Shop", "--namespace", "Acme.Task");

        Assert.Contains("namespace Acme._Task.Shutdown;", File.ReadAllText(Path.Combine(folder, "Shutdown", "ShutdownSequence.cs")));
        sandbox.Passed();
    }

    /// <summary>What lands in a project: the folders as they are in every generated service, and the file that says where they are from.</summary>
    private static IEnumerable<string> Delivered()
    {
        var service = Path.Combine(Repository.TemplatesFolder, "shared", "src", "Graceful.Service-1");
        return Repository.FilesBelow(service).Where(file => file.Split('/')[0] is "Shutdown" or "Health")
            .Concat([".graceful-shutdown.args", "Health/.editorconfig", "Shutdown/.editorconfig"]);
    }

    private static SortedDictionary<string, string> Contents(string project) => new(
        Repository.FilesBelow(project).Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.EndsWith("proj", StringComparison.Ordinal))
            .ToDictionary(file => file, file => File.ReadAllText(Path.Combine(project, file))), StringComparer.Ordinal);

    private static string Project(Sandbox sandbox, string file, string sdk)
    {
        var path = Path.Combine(sandbox.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"""<Project Sdk="{sdk}"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");
        return Path.GetDirectoryName(path)!;
    }
}
