using System.Xml.Linq;
using CliWrap;
using CliWrap.Buffered;

namespace Benchmarks;

/// <summary>A folder to generate and build projects in, with template settings of its own. Kept when something fails.</summary>
/// <remarks>Not below the repository, whose Directory.Build.props would reach into the stock template's project.</remarks>
internal sealed class Workspace
{
    /// <summary>The name of every project, as short as people's.</summary>
    public const string Name = "Shop";

    private readonly string _folder = Directory.CreateTempSubdirectory("graceful-benchmarks-").FullName;
    private int _projects;

    public static async Task<T> UseAsync<T>(Func<Workspace, Task<T>> work)
    {
        var workspace = new Workspace();
        Console.Error.WriteLine($"Working in {workspace._folder}");
        await workspace.DotnetAsync(workspace._folder, "new", "install", Repository.TemplatesFolder, "--debug:custom-hive", workspace.Hive);
        var result = await work(workspace);
        Directory.Delete(workspace._folder, recursive: true);
        return result;
    }

    private string Hive => Path.Combine(_folder, "hive");

    /// <summary>The folder of a new project.</summary>
    public async Task<string> NewAsync(string template, params string[] options)
    {
        var folder = Path.Combine(_folder, $"{template}-{++_projects}");
        await DotnetAsync(_folder, ["new", template, "--name", Name, "--output", folder, .. options, "--debug:custom-hive", Hive]);
        return folder;
    }

    public Task BuildAsync(string folder, params string[] options) => DotnetAsync(folder, ["build", .. options]);

    /// <summary>Builds a service for Production and returns its assembly.</summary>
    public async Task<string> BuildReleaseAsync(string projectFolder)
    {
        var output = Path.Combine(_folder, $"release-{++_projects}");
        await BuildAsync(projectFolder, "--configuration", "Release", "--output", output);
        return Path.Combine(output, Name + ".dll");
    }

    // Without HTTPS: what the redirection costs the stock template is not the question.
    public async Task<string> BuildStockAsync() => await BuildReleaseAsync(await NewAsync("webapi", "--no-https"));

    /// <summary>The stock template with the telemetry of the given service: same file, same packages, same line in Program.cs.</summary>
    public async Task<string> BuildStockWithTelemetryAsync(string gracefulSolution)
    {
        var folder = await NewAsync("webapi", "--no-https");
        File.Copy(Path.Combine(ServiceFolder(gracefulSolution), "Observability", "Telemetry.cs"), Path.Combine(folder, "Telemetry.cs"));
        Edit(Path.Combine(folder, "Program.cs"), text => $"using {Name}.Observability;\n" +
            text.Replace("CreateBuilder(args);", "CreateBuilder(args);\nbuilder.AddObservability();", StringComparison.Ordinal));
        var packages = XDocument.Load(Path.Combine(gracefulSolution, "Directory.Packages.props")).Descendants("PackageVersion")
            .Where(package => package.Attribute("Include")!.Value.StartsWith("OpenTelemetry.", StringComparison.Ordinal))
            .Select(package => new XElement("PackageReference", package.Attributes()));
        Edit(Path.Combine(folder, Name + ".csproj"), text =>
        {
            var project = XElement.Parse(text);
            project.Add(new XElement("ItemGroup", packages));
            return project.ToString();
        });
        return await BuildReleaseAsync(folder);

        static void Edit(string file, Func<string, string> change) => File.WriteAllText(file, change(File.ReadAllText(file)));
    }

    public async Task<string> BuildGracefulAsync(params string[] options) =>
        await BuildReleaseAsync(ServiceFolder(await NewAsync("graceful-webapi", options)));

    /// <summary>Where a generated solution has its service.</summary>
    public static string ServiceFolder(string solutionFolder) => Path.Combine(solutionFolder, "src", Name);

    private async Task DotnetAsync(string folder, params string[] arguments)
    {
        var result = await Cli.Wrap("dotnet").WithArguments(arguments).WithWorkingDirectory(folder)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (!result.IsSuccess)
            throw new InvalidOperationException($"'dotnet {string.Join(' ', arguments)}' in {folder} failed:\n{result.StandardOutput}{result.StandardError}");
    }
}
