using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

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
            from path in Paths(file, text)
            where !path.Contains("$(") && !path.Contains('*')
            let target = Path.GetFullPath(Path.Combine(start, path.Replace('\\', '/')))
            where !File.Exists(target) && !Directory.Exists(target)
            select $"'{path}' does not exist";
    }

    private static IEnumerable<string> Paths(string file, string text) => Path.GetFileName(file) switch
    {
        "Dockerfile" => Values(DockerfilePath(), text),
        var name when name.EndsWith(".slnx", StringComparison.Ordinal) => Attributes(text, ("Project", "Path"), ("File", "Path")),
        var name when name.EndsWith(".csproj", StringComparison.Ordinal) =>
            Attributes(text, ("ProjectReference", "Include"), ("Protobuf", "Include"), ("Import", "Project")),
        var name when name.EndsWith(".md", StringComparison.Ordinal) => [.. Values(Link(), text), .. Values(PathInProse(), text)],
        _ => [],
    };

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

    private static IEnumerable<string> Values(Regex pattern, string text) =>
        pattern.Matches(text).Select(match => match.Groups["path"].Value);

    [GeneratedRegex(@"""(?<path>[^""]+\.(csproj|slnx|props|targets))""")]
    private static partial Regex DockerfilePath();

    [GeneratedRegex(@"\]\((?![a-z]+:|#)(?<path>[^)#]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(src|tests|k8s|\.github)/[^`]*)`")]
    private static partial Regex PathInProse();
}
