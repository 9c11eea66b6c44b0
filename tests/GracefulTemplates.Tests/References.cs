using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using GracefulTemplates.Tests.Words;

namespace GracefulTemplates.Tests;

/// <summary>Finds paths that one generated file gives for another.</summary>
public static partial class References
{
    /// <summary>The paths in this file that lead nowhere.</summary>
    public static IEnumerable<string> Problems(string folder, string file, string text)
    {
        // A Dockerfile's paths start at the build context, which is the root of the output.
        var start = Path.GetFileName(file) == "Dockerfile" ? folder : Path.GetDirectoryName(Path.Combine(folder, file))!;
        return
        [
            .. from path in Paths(file, text) where IsMissing(start, path) select $"'{path}' does not exist",
            // Prose names files as one sees them from the root.
            .. from path in Prose(file, text) where IsMissing(folder, path) select $"'{path}' does not exist",
            .. DocumentLinks.Problems(Path.Combine(folder, file), text),
        ];
    }

    private static IEnumerable<string> Paths(string file, string text) => Path.GetFileName(file) switch
    {
        "Dockerfile" => Values(DockerfilePath(), text).Select(path => path.Replace("$PROJECT", ProjectIn(text))),
        var name when name.EndsWith(".slnx", StringComparison.Ordinal) => Attributes(text, ("Project", "Path"), ("File", "Path")),
        var name when name.EndsWith(".csproj", StringComparison.Ordinal) =>
            Attributes(text, ("ProjectReference", "Include"), ("Protobuf", "Include"), ("Import", "Project")).Select(Uri.UnescapeDataString), // %3B is ; to MSBuild
        _ => [],
    };

    private static IEnumerable<string> Prose(string file, string text) =>
        file.EndsWith(".md", StringComparison.Ordinal) ? Values(PathInProse(), text) : [];

    private static bool IsMissing(string start, string path)
    {
        if (path.Contains("$(") || path.Contains('*')) return false;
        var target = Path.GetFullPath(Path.Combine(start, path.Replace('\\', '/')));
        return !File.Exists(target) && !Directory.Exists(target);
    }

    private static IEnumerable<string> Attributes(string text, params (string Element, string Attribute)[] wanted)
    {
        try
        {
            return
            [
                .. from element in XDocument.Parse(text).Descendants()
                   from pair in wanted
                   where element.Name.LocalName == pair.Element
                   select element.Attribute(pair.Attribute)?.Value into path
                   where path is not null
                   select path,
            ];
        }
        catch (XmlException)
        {
            return []; // Syntax reports it
        }
    }

    private static string ProjectIn(string dockerfile) => ProjectArgument().Match(dockerfile).Groups["name"].Value.Replace("'\\''", "'");

    private static IEnumerable<string> Values(Regex pattern, string text) =>
        pattern.Matches(text).Select(match => match.Groups["path"].Value);

    [GeneratedRegex(@"""(?<path>[^""]+\.(csproj|slnx|props|targets))""")]
    private static partial Regex DockerfilePath();

    [GeneratedRegex("^ARG PROJECT='(?<name>.+)'$", RegexOptions.Multiline)]
    private static partial Regex ProjectArgument();

    [GeneratedRegex(@"`(?<path>(src|tests|k8s|docs|\.github)/[^`…]*)`")]
    private static partial Regex PathInProse();
}
