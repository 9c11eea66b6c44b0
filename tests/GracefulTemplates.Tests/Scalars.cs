using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GracefulTemplates.Tests;

/// <summary>What a generated file says to whoever it is for, without the quotes and escapes of its syntax.</summary>
public static partial class Scalars
{
    /// <summary>Names and values in the order of the file; whole lines where nothing but people reads it.</summary>
    public static IReadOnlyList<string> Of(string file, string text) => (Path.GetFileName(file), Path.GetExtension(file)) switch
    {
        ("Dockerfile", _) => [.. text.Split('\n').SelectMany(OfDockerfile)],
        (_, ".csproj" or ".props" or ".targets") => [.. OfXml(text).Select(Uri.UnescapeDataString)], // %3B is ; to MSBuild.
        (_, ".slnx") => [.. OfXml(text)],
        (_, ".json") => [.. OfJson(text)],
        (_, ".yaml" or ".yml") => [.. OfYaml(text)],
        (_, ".md") => [.. text.Split('\n').Select(line => ProjectOfCommand().Replace(line, match => OfShell(match.Value)))],
        _ => text.Split('\n'),
    };

    private static IEnumerable<string> OfDockerfile(string line) => line.Split(' ', 2) switch
    {
        ["ENTRYPOINT", var json] => OfJson(json),
        ["ARG", var argument] when argument.Split('=', 2) is [var name, var value] => [name, OfShell(value)],
        _ => [line],
    };

    private static IEnumerable<string> OfXml(string text) =>
        from node in XDocument.Parse(text).DescendantNodes()
        from scalar in node switch
        {
            XElement element => element.Attributes().SelectMany(attribute => (string[])[attribute.Name.LocalName, attribute.Value]).Prepend(element.Name.LocalName),
            XText value => [value.Value],
            _ => [],
        }
        select scalar;

    private static List<string> OfJson(string text)
    {
        var scalars = new List<string>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        while (reader.Read())
            scalars.Add(reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan));
        return scalars;
    }

    private static IEnumerable<string> OfYaml(string text)
    {
        for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
            yield return parser.Current is Scalar scalar ? scalar.Value : parser.Current!.GetType().Name;
    }

    // 'it'\''s' and "it".
    private static string OfShell(string word) =>
        word.StartsWith('"') ? word.Trim('"') : string.Concat(Quoted().Matches(word).Select(part => part.Value is @"\'" ? "'" : part.Value.Trim('\'')));

    [GeneratedRegex(@"(?<=dotnet run --project )("".*?""|('[^']*'|\\')+)")]
    private static partial Regex ProjectOfCommand();

    [GeneratedRegex(@"'[^']*'|\\'|[^'\\]+")]
    private static partial Regex Quoted();
}
