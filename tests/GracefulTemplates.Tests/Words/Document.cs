using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Words;

/// <summary>A Markdown file, as far as tests look into it.</summary>
public sealed partial class Document
{
    private Document(string text)
    {
        var lines = text.Split('\n');
        var section = new Section("", 0);
        Sections.Add(section);
        CodeBlock? block = null;
        foreach (var line in lines)
        {
            if (Fence().Match(line) is { Success: true } fence)
            {
                if (block is null) section.Blocks.Add(block = new CodeBlock(fence.Groups["language"].Value, []));
                else block = null;
            }
            else if (block is not null)
            {
                block.Lines.Add(line);
            }
            else if (Heading().Match(line) is { Success: true } heading)
            {
                Sections.Add(section = new Section(heading.Groups["title"].Value, heading.Groups["level"].Length));
            }
            else
            {
                section.Lines.Add(line);
            }
        }
    }

    /// <summary>What stands below each heading; the first has what stands above all of them.</summary>
    public List<Section> Sections { get; } = [];

    /// <summary>Words without code blocks, which one reads differently, and without the bars and ticks of tables.</summary>
    public int WordsOfProse => Sections.Sum(section => section.Lines.Append(section.Title).Sum(line => Split(line).Count(word => word.Any(char.IsLetterOrDigit))));

    /// <summary>Where links can lead to, as GitHub makes it of headings.</summary>
    public IEnumerable<string> Anchors => Sections.Select(section => NoPartOfAnAnchor().Replace(section.Title.ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>The lines of all blocks of a language, comments and blank lines left out.</summary>
    public IEnumerable<string> Commands =>
        from section in Sections
        from block in section.Blocks
        where block.Language is "sh" or "bash"
        from line in block.Lines
        where line.Length > 0 && !line.StartsWith('#')
        select line;

    public static Document Read(string file) => new(File.ReadAllText(file));

    public static Document Parse(string text) => new(text);

    /// <summary>Words as wc -w counts them.</summary>
    public static int Count(string text) => Split(text).Length;

    private static string[] Split(string text) => text.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^```(?<language>\w*)$")]
    private static partial Regex Fence();

    [GeneratedRegex("^(?<level>#+) (?<title>.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoPartOfAnAnchor();
}

/// <summary>A fenced block.</summary>
public sealed record CodeBlock(string Language, List<string> Lines);

/// <summary>What stands below a heading.</summary>
public sealed partial record Section(string Title, int Level)
{
    public List<string> Lines { get; } = [];

    public List<CodeBlock> Blocks { get; } = [];

    /// <summary>The lines of its tables, without the rules below their heads.</summary>
    public IEnumerable<string> Rows => Lines.Where(line => line.StartsWith('|') && !line.StartsWith("|--", StringComparison.Ordinal));

    public IEnumerable<string> Conditions => Lines.Where(line => line.StartsWith("<!--#", StringComparison.Ordinal));

    /// <summary>Where its links and pictures lead to.</summary>
    public IEnumerable<string> Links => Lines.SelectMany(LinksIn);

    public static IEnumerable<string> LinksIn(string line) => Link().Matches(line).Select(match => match.Groups["target"].Value);

    public static IEnumerable<string> CodeIn(string line) => Code().Matches(line).Select(match => match.Value);

    /// <summary>Numbers in prose: what is part of a name (h2c, v1) is none.</summary>
    public static IEnumerable<string> NumbersIn(string line) =>
        Number().Matches(Code().Replace(Link().Replace(line, "]"), "")).Select(match => match.Value.TrimEnd('.', ','));

    [GeneratedRegex(@"\]\(<?(?<target>[^)>]+)>?\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![A-Za-z\d.])\d[\d.,]*")]
    private static partial Regex Number();
}
