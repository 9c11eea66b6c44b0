using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Item;

/// <summary>A page of .github/docs, to be followed literally.</summary>
internal sealed partial class Page(string name)
{
    private readonly string _text = File.ReadAllText(Path.Combine(Repository.Root, ".github", "docs", name));

    /// <summary>The code in one language below a heading; below the title without one.</summary>
    public IReadOnlyList<string> Code(string language, string? heading = null)
    {
        var sections = Heading().Split(_text);
        var section = heading is null ? sections[0] : sections.Single(section => section.StartsWith(heading + "\n", StringComparison.Ordinal));
        return [.. Fence().Matches(section).Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["code"].Value)];
    }

    /// <summary>Edits the files of a project as the diffs below a heading say.</summary>
    public void Apply(string project, string? heading = null)
    {
        foreach (var diff in Code("diff", heading).Select(code => code.TrimEnd('\n').Split('\n')))
        {
            var file = Path.Combine(project, diff[0]["+++ ".Length..]);
            File.WriteAllLines(file, Edited(File.ReadAllLines(file), diff.Skip(1)));
        }
    }

    /// <summary>
    /// A line of a diff is added, removed or found. "…" on a line of its own stands for any number of lines, at the end of a line for the
    /// rest of it.
    /// </summary>
    private static IEnumerable<string> Edited(IReadOnlyList<string> lines, IEnumerable<string> diff)
    {
        List<string> edited = [], added = [];
        var (next, skips) = (0, false);
        foreach (var line in diff.Select(line => (Kind: line[0], Text: line[1..])))
        {
            if (line is { Kind: ' ', Text: "…" })
            {
                edited.AddRange(added);
                (added, skips) = ([], true);
            }
            else if (line.Kind == '+')
            {
                added.Add(line.Text);
            }
            else
            {
                var found = Enumerable.Range(next, lines.Count - next).FirstOrDefault(index => Matches(lines[index], line.Text), -1);
                Assert.True(found >= next && (skips || found == next || next == 0), $"The page says '{line.Text}', which is not in:\n{string.Join('\n', lines)}");
                edited.AddRange(skips ? [.. lines.Skip(next).Take(found - next), .. added] : [.. added, .. lines.Skip(next).Take(found - next)]);
                if (line.Kind == ' ') edited.Add(lines[found]);
                (added, next, skips) = ([], found + 1, false);
            }
        }
        return [.. edited, .. added, .. lines.Skip(next)];
    }

    private static bool Matches(string line, string text) =>
        text.EndsWith('…') ? line.StartsWith(text[..^1], StringComparison.Ordinal) : line.TrimEnd() == text.TrimEnd();

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
