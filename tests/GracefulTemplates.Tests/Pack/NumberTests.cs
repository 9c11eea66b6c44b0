using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Pack;

// The raw sources hold real numbers, so that they run as they are. The engine replaces them only in the contexts that
// template.json names: a context that is reworded would silently keep the default.
public sealed partial class NumberTests
{
    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Grace_period_and_preStop_reach_every_place_and_nothing_else_changes(string template)
    {
        using var defaults = Sandbox.For($"numbers/{template}/defaults");
        using var sandbox = Sandbox.For($"numbers/{template}/changed");
        string[] preStop = CommandLine.OptionOf(template, "preStopSeconds") is null ? [] : ["--prestop-seconds", "9"];

        var before = LinesBelow(defaults.Generate(template, "Shop"));
        var after = LinesBelow(sandbox.Generate(template, "Shop", ["--grace-seconds", "77", .. preStop]));

        var leftOver = after.Where(line => GraceLeftOver().IsMatch(line) || PreStopLeftOver().IsMatch(line));
        Assert.True(!leftOver.Any(), sandbox.Report("Still the default:", leftOver));
        var changes = after.Except(before).ToList();
        Assert.NotEmpty(changes);
        var strange = changes.Where(line => !before.Contains(line.Replace("77", "45")) && !before.Contains(line.Replace("9", "5")));
        Assert.True(!strange.Any(), sandbox.Report("Changed, and should not:", strange));
        defaults.Passed();
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Every_context_of_a_number_is_in_the_sources_of_some_template(string template)
    {
        var sources = string.Concat(
            from file in Repository.FilesBelow(Repository.TemplatesFolder)
            where !file.Contains("/.template.config/")
            select File.ReadAllText(Path.Combine(Repository.TemplatesFolder, file)));

        var unused =
            from symbol in Repository.Config(template)["symbols"]!.AsObject()
            from context in symbol.Value!["onlyIf"] as JsonArray ?? []
            let text = $"{context!["after"]}{symbol.Value["replaces"]}"
            where !sources.Contains(text)
            select $"{symbol.Key}: {text}";

        Assert.Empty(unused);
    }

    private static IReadOnlyList<string> LinesBelow(string folder) =>
    [
        .. from file in Repository.FilesBelow(folder)
           from line in File.ReadAllLines(Path.Combine(folder, file))
           select $"{file}: {line.Trim()}",
    ];

    // 45 as a number of its own is always the grace period.
    [GeneratedRegex(@"(?<![\d.])45(?![\d.])")]
    private static partial Regex GraceLeftOver();

    // In prose, as the seconds of a sleep, and as the value of an environment variable.
    [GeneratedRegex(@"(?i)(pre-?stop|sleep)\D{0,20}(?<![\d.])5(?![\d.])")]
    private static partial Regex PreStopLeftOver();
}
