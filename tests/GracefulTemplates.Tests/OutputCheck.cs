using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests;

/// <summary>What must not be in anything we generate, whatever the options and the name.</summary>
public static partial class OutputCheck
{
    /// <summary>Fails with everything that is wrong with the files below a folder.</summary>
    public static void AssertSound(Sandbox sandbox, string folder, params IEnumerable<string> otherProblems)
    {
        string[] problems = [.. Problems(folder), .. otherProblems];
        Assert.True(problems.Length == 0, sandbox.Report("Seen in the output:", problems));
    }

    private static IEnumerable<string> Problems(string folder)
    {
        var files = Repository.FilesBelow(folder);
        return
        [
            .. from file in files from problem in OfName(file.Replace(Path.GetFileName(folder), "Name")) select $"{file}: {problem}",
            .. from file in files
               let text = File.ReadAllText(Path.Combine(folder, file))
               from problem in (string[])[.. OfText(text), .. Syntax.Problems(file, text), .. References.Problems(folder, file, text)]
               select $"{file}: {problem}",
        ];
    }

    private static IEnumerable<string> OfName(string file)
    {
        foreach (var part in file.Split('/'))
        {
            if (part.Trim().Length == 0 || OnlyAnExtension().IsMatch(part))
                yield return "a name without a name";
            if (part.Contains('%') || part is "_._" or "-.-")
                yield return "an odd name";
        }
        if (Token().IsMatch(file))
            yield return "a token in its name";
    }

    private static IEnumerable<string> OfText(string text)
    {
        foreach (Match marker in Marker().Matches(text))
            yield return $"marker '{marker.Value}' is left over";
        foreach (Match token in Token().Matches(text))
            yield return $"token '{token.Value}' is left over";
        if (text.Contains('\r'))
            yield return "a line ends with CR LF";
        if (TwoBlankLines().IsMatch(text))
            yield return "two blank lines in a row";
        if (TrailingBlanks().IsMatch(text))
            yield return "blanks at the end of a line";
        if (text.Length == 0 || text.StartsWith('\n') || !text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal))
            yield return "does not start with text and end with one line end";
    }

    // .cs, .yaml: what is left of a file name when the part that comes from the project's name is empty.
    [GeneratedRegex(@"^\.(cs|csproj|props|slnx|json|ya?ml|md|proto|http|Tests)$")]
    private static partial Regex OnlyAnExtension();

    [GeneratedRegex(@"#(if|elif|elseif|else|endif)\b|cnd:noEmit")]
    private static partial Regex Marker();

    [GeneratedRegex(@"graceful[._-]?service[._-]?1", RegexOptions.IgnoreCase)]
    private static partial Regex Token();

    [GeneratedRegex(@"\n[ \t]*\n[ \t]*\n")]
    private static partial Regex TwoBlankLines();

    [GeneratedRegex(@"[ \t]+(\n|$)")]
    private static partial Regex TrailingBlanks();
}
