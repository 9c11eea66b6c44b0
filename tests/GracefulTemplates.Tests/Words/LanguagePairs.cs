using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Words;

/// <summary>What two languages of one document must have in common: all that is not language.</summary>
public static partial class LanguagePairs
{
    /// <summary>What the other says differently.</summary>
    public static IEnumerable<string> Differences(Document english, Document other)
    {
        if (!english.Sections.Select(section => section.Level).SequenceEqual(other.Sections.Select(section => section.Level)))
            return [$"headings: {string.Join(" / ", english.Sections.Select(section => section.Title))} and {string.Join(" / ", other.Sections.Select(section => section.Title))}"];
        return english.Sections.Zip(other.Sections).SelectMany(pair => Differences(pair.First, pair.Second).Select(difference => $"'{pair.First.Title}': {difference}"));
    }

    private static IEnumerable<string> Differences(Section english, Section other) =>
    [
        .. Compared("links", english.Links.Where(IsNoLanguage), other.Links.Where(IsNoLanguage)),
        .. Compared("code in prose", english.Lines.SelectMany(Section.CodeIn), other.Lines.SelectMany(Section.CodeIn)),
        .. Compared("numbers", english.Lines.SelectMany(Section.NumbersIn), other.Lines.SelectMany(Section.NumbersIn)),
        .. Compared("conditions", english.Conditions, other.Conditions),
        .. InOrder("rows of tables", english.Rows, other.Rows, row => string.Join(' ', Section.CodeIn(row).Concat(Section.NumbersIn(row)).Order(StringComparer.Ordinal))),
        .. InOrder("points", english.Lines.Where(IsPoint), other.Lines.Where(IsPoint), _ => ""),
        .. InOrder("code blocks", english.Blocks, other.Blocks, block => block.Language.Length > 0
            ? block.Language + "\n" + string.Join('\n', block.Lines)
            : string.Join(' ', block.Lines.SelectMany(line => Literal().Matches(line)).Select(match => match.Value).Order(StringComparer.Ordinal))),
    ];

    private static IEnumerable<string> Compared(string what, IEnumerable<string> english, IEnumerable<string> other)
    {
        var (expected, actual) = (english.Order(StringComparer.Ordinal).ToList(), other.Order(StringComparer.Ordinal).ToList());
        if (expected.SequenceEqual(actual)) return [];
        foreach (var same in actual.ToList().Where(expected.Remove)) actual.Remove(same);
        return [$"{what}: only in English {string.Join(", ", expected)}; only in the other {string.Join(", ", actual)}"];
    }

    private static IEnumerable<string> InOrder<T>(string what, IEnumerable<T> english, IEnumerable<T> other, Func<T, string> content)
    {
        var (expected, actual) = (english.Select(content).ToList(), other.Select(content).ToList());
        if (expected.Count != actual.Count) return [$"{expected.Count} {what}, and {actual.Count}"];
        return expected.Zip(actual).Where(pair => pair.First != pair.Second).Select(pair => $"{what}: '{pair.First}' and '{pair.Second}'");
    }

    private static bool IsPoint(string line) => line.StartsWith("* ", StringComparison.Ordinal) || line.StartsWith("- ", StringComparison.Ordinal);

    // "English | 简体中文" leads to the other one.
    private static bool IsNoLanguage(string link) => !link.StartsWith("README", StringComparison.Ordinal);

    // In a timeline: numbers, paths and names in capitals, which nobody translates.
    [GeneratedRegex(@"\d+(\.\d+)?|/[a-z]+|[A-Z]{3,}\w*")]
    private static partial Regex Literal();
}
