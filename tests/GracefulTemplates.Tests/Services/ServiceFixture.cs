using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Services;

/// <summary>
/// Generates a template under an awkward name, puts the lab in the place of Jobs/JobRunner.cs and builds it. Program.cs and
/// the machinery stay as generated, for they are what is tested.
/// </summary>
public abstract partial class ServiceBuild(string template, string name, string? scenario = null)
{
    /// <summary>The service's .dll.</summary>
    public string Assembly { get; private set; } = "";

    /// <summary>The folder of the generated project.</summary>
    public string Project { get; private set; } = "";

    /// <summary>Built by the first that asks, and the same for all others.</summary>
    public static Lazy<Task<ServiceBuild>> Once<T>() where T : ServiceBuild, new() => new(() => Task.Run(async () =>
    {
        var build = new T();
        await build.RunAsync();
        return (ServiceBuild)build;
    }));

    private async Task RunAsync()
    {
        using var sandbox = Sandbox.For(scenario ?? $"service-{template}");
        var folder = sandbox.Generate(template, name);
        await PrepareAsync(sandbox, folder);
        Project = Path.Combine(folder, "src", name);
        InstallLab(Project);
        var output = Path.Combine(sandbox.Folder, "built");
        // Published, as for a container, and compiled ahead: hundreds of starts need a third less of the processor. What analyzers say of the
        // templates' code is read in GeneratedProjectTests and WorkerProjectTests.
        await sandbox.DotnetAsync(Project, "publish", "-c", "Release", "--use-current-runtime", "--self-contained", "false", "-p:PublishReadyToRun=true",
            "-p:RunAnalyzers=false", "-o", output, "-warnaserror", "-tl:off", "-nologo");
        Assembly = Path.Combine(output, $"{name}.dll");
    }

    /// <summary>What the build of the generated folder needs besides.</summary>
    protected virtual Task PrepareAsync(Sandbox sandbox, string folder) => Task.CompletedTask;

    /// <summary>Puts the lab into a generated project.</summary>
    protected virtual void InstallLab(string project) => CopyLab("*.cs", Path.Combine(project, "Jobs"), NamespaceOf(project));

    /// <summary>Copies files of the lab, with the project's namespace in them.</summary>
    protected static void CopyLab(string files, string folder, string rootNamespace)
    {
        var path = Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", "Services", "Lab", files);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path)))
            File.WriteAllText(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllText(file).Replace("Graceful.Service_1", rootNamespace));
    }

    /// <summary>Puts a line of the user's into a file of the generated project, before the one that is there.</summary>
    protected static void InsertBefore(string file, string before, string inserted)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(before, text);
        File.WriteAllText(file, text.Replace(before, inserted + before));
    }

    protected static string NamespaceOf(string project) =>
        JobsNamespace().Match(File.ReadAllText(Path.Combine(project, "Jobs", "JobRunner.cs"))).Groups[1].Value;

    [GeneratedRegex(@"namespace (\S+)\.Jobs;")]
    private static partial Regex JobsNamespace();
}

/// <summary>What the tests of a class share: a service that has been built. Their processes are their own.</summary>
public abstract class ServiceFixture(Lazy<Task<ServiceBuild>> build) : IAsyncLifetime
{
    /// <summary>The service's .dll.</summary>
    public string Assembly => Build.Assembly;

    private protected ServiceBuild Build { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Build = await build.Value;

    public virtual Task DisposeAsync() => Task.CompletedTask;
}

/// <summary>graceful-webapi.</summary>
public sealed class WebApiBuild() : ServiceBuild("graceful-webapi", "My-Shop.Api");

public sealed class WebApiFixture() : ServiceFixture(Built)
{
    private static readonly Lazy<Task<ServiceBuild>> Built = ServiceBuild.Once<WebApiBuild>();
}
