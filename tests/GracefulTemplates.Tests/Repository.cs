using System.Text.Json.Nodes;

namespace GracefulTemplates.Tests;

/// <summary>Where things are in this repository.</summary>
public static class Repository
{
    /// <summary>The folder of GracefulTemplates.csproj.</summary>
    public static string Root { get; } = FindRoot();

    public static string TemplatesFolder { get; } = Path.Combine(Root, "templates");

    /// <summary>The short names of the templates that make a service, which are also the names of their folders.</summary>
    public static IReadOnlyList<string> Templates { get; } = TemplatesOfType("solution");

    /// <summary>The short names of those that add to an existing one.</summary>
    public static IReadOnlyList<string> ItemTemplates { get; } = TemplatesOfType("item");

    /// <summary>A path in a template's .template.config.</summary>
    public static string ConfigPath(string template, string file) =>
        Path.Combine(TemplatesFolder, template, ".template.config", file);

    /// <summary>A JSON file of a template's .template.config.</summary>
    public static JsonObject Config(string template, string file = "template.json") =>
        JsonNode.Parse(File.ReadAllText(ConfigPath(template, file)))!.AsObject();

    /// <summary>The files below a folder, if it is there: relative, with forward slashes, in a fixed order.</summary>
    public static IReadOnlyList<string> FilesBelow(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    private static string[] TemplatesOfType(string type) =>
    [
        .. Directory.GetDirectories(TemplatesFolder)
            .Where(folder => Directory.Exists(Path.Combine(folder, ".template.config")))
            .Select(folder => Path.GetFileName(folder))
            .Where(template => $"{Config(template)["tags"]!["type"]}" == type)
            .Order(StringComparer.Ordinal),
    ];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GracefulTemplates.csproj")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No GracefulTemplates.csproj above {AppContext.BaseDirectory}.");
    }
}
