using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Services;

/// <summary>
/// Generates a template once under an awkward name, puts the lab in the place of Jobs/JobRunner.cs and builds it once. Program.cs and
/// the machinery stay as generated, for they are what is tested.
/// </summary>
public abstract partial class ServiceFixture(string template, string name) : IAsyncLifetime
{
    private readonly Sandbox _sandbox = Sandbox.For($"service-{template}");

    /// <summary>The service's .dll.</summary>
    public string Assembly { get; private set; } = "";

    public virtual async Task InitializeAsync()
    {
        var folder = _sandbox.Generate(template, name);
        await PrepareAsync(_sandbox, folder);
        var project = Path.Combine(folder, "src", name);
        InstallLab(project);
        var output = Path.Combine(_sandbox.Folder, "built");
        await _sandbox.DotnetAsync(project, "build", "-c", "Release", "-o", output, "-warnaserror", "-tl:off", "-nologo");
        Assembly = Path.Combine(output, $"{name}.dll");
    }

    public virtual Task DisposeAsync()
    {
        _sandbox.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>What the build of the generated folder needs besides.</summary>
    protected virtual Task PrepareAsync(Sandbox sandbox, string folder) => Task.CompletedTask;

    /// <summary>Puts the lab into a generated project.</summary>
    protected virtual void InstallLab(string project) => CopyLab("*.cs", Path.Combine(project, "Jobs"), NamespaceOf(project));

    /// <summary>Copies files of the lab, with the project's namespace in them.</summary>
    protected static void CopyLab(string files, string folder, string rootNamespace)
    {
        var path = Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", "Services", "Lab", files);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path)))
            File.WriteAllText(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllText(file).Replace("Graceful.Service_1", rootNamespace));
    }

    protected static string NamespaceOf(string project) =>
        JobsNamespace().Match(File.ReadAllText(Path.Combine(project, "Jobs", "JobRunner.cs"))).Groups[1].Value;

    [GeneratedRegex(@"namespace (\S+)\.Jobs;")]
    private static partial Regex JobsNamespace();
}

/// <summary>graceful-webapi.</summary>
public sealed class WebApiFixture() : ServiceFixture("graceful-webapi", "My-Shop.Api");

[CollectionDefinition(Name)]
public sealed class WebApiCollection : ICollectionFixture<WebApiFixture>
{
    public const string Name = "graceful-webapi as a process";
}
