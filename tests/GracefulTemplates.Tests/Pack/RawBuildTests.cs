using System.Text.Json.Nodes;

namespace GracefulTemplates.Tests.Pack;

/// <summary>templates/Directory.Build.targets repeats what "sources" in template.json says.</summary>
public sealed class RawBuildTests
{
    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task Raw_project_compiles_the_files_that_the_generated_one_has(string template)
    {
        using var sandbox = Sandbox.For($"raw/{template}");
        var generated = Repository.FilesBelow(sandbox.Generate(template, "Shop"));

        foreach (var half in (string[])["src/Graceful.Service-1", "tests/Graceful.Service-1.Tests"])
        {
            var project = Path.Combine(Repository.TemplatesFolder, template, half);
            if (!Directory.Exists(project)) continue; // The combined template has no tests of its own: they are its siblings'.
            var compiled = await CompiledFilesAsync(sandbox, project);
            var expected = generated.Select(file => file.Replace("Shop", "Graceful.Service-1"))
                .Where(file => file.StartsWith(half + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));
            Listing.Equal(expected, compiled);
        }
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Raw_projects_are_in_the_solution(string template) =>
        Assert.All(Directory.GetFiles(Path.Combine(Repository.TemplatesFolder, template), "*.csproj", SearchOption.AllDirectories),
            project => Assert.Contains(
                Path.GetRelativePath(Repository.TemplatesFolder, project).Replace('\\', '/'),
                File.ReadAllText(Path.Combine(Repository.TemplatesFolder, "Templates.slnx"))));

    /// <summary>Relative to the output; every template folder mirrors it.</summary>
    private static async Task<IEnumerable<string>> CompiledFilesAsync(Sandbox sandbox, string projectFolder)
    {
        var json = await sandbox.DotnetAsync(projectFolder, "msbuild", "-getItem:Compile");
        return JsonNode.Parse(json)!["Items"]!["Compile"]!.AsArray()
            .Select(item => Path.GetRelativePath(Repository.TemplatesFolder, $"{item!["FullPath"]}").Replace('\\', '/'))
            .Where(file => !file.StartsWith("../", StringComparison.Ordinal))
            .Select(file => file[(file.IndexOf('/') + 1)..]);
    }
}
