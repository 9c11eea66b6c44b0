using System.Globalization;
using System.Text.RegularExpressions;
using GracefulTemplates.Tests.Pack;

namespace GracefulTemplates.Tests.Words;

/// <summary>READMEs that are short enough to be read, and whose links lead somewhere.</summary>
public sealed partial class DocumentTests
{
    private const int LinesOfAgents = 30;

    private static readonly string[] Chinese = ["--readme-language", "zh-Hans"];

    public static TheoryData<string> EveryPage => [.. Pages];

    /// <summary>The Markdown of this repository; that of the templates is looked at where it is generated.</summary>
    internal static IReadOnlyList<string> Pages { get; } =
    [
        .. new[] { "", ".github", "tests" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.md",
                folder.Length == 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/bin/") && !file.Contains("/obj/"))
            .Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(EveryPage))]
    public void Every_link_leads_somewhere(string page)
    {
        var file = Path.Combine(Repository.Root, page);
        Assert.Empty(DocumentLinks.Problems(file, File.ReadAllText(file)));
    }

    [Fact]
    public void README_sells_in_one_page() =>
        Assert.InRange(Document.Read(Path.Combine(Repository.Root, "README.md")).WordsOfProse, 600, 950);

    [Fact]
    public void README_is_in_the_order_in_which_it_is_read()
    {
        string[] order =
        [
            "", "GracefulTemplates", "Quick start", "What it looks like", "What you get", "Compared", "Options", "When does my code run?", "FAQ", "Proof and cost",
            "Not included, because", "Upgrade, contribute",
        ];
        Assert.Equal(order, Document.Read(Path.Combine(Repository.Root, "README.md")).Sections.Select(section => section.Title));
    }

    // By the words that people search for; the Chinese ones have the same numbers and code, which LanguagePairTests compares.
    [Theory]
    [InlineData("502 or 503")]
    [InlineData("exit code 137")]
    [InlineData("exit code 143")]
    [InlineData("exit code 2")]
    [InlineData("SIGTERM ignored")]
    [InlineData("Ctrl+C slow")]
    [InlineData("worker cut off")]
    [InlineData("message handled twice")]
    [InlineData("pod stuck Terminating")]
    public void Symptom_is_found_by_its_own_words(string symptom) =>
        Assert.Single(Document.Read(Path.Combine(Repository.Root, "README.md")).Sections.Single(section => section.Title == "FAQ").Rows, row => row.StartsWith($"| {symptom}", StringComparison.Ordinal));

    [Fact]
    public void Program_cs_of_the_README_is_the_generated_one()
    {
        using var sandbox = Sandbox.For("readme-program");
        var generated = File.ReadAllLines(Path.Combine(sandbox.Generate("graceful-webapi", "Shop"), "src", "Shop", "Program.cs"));
        var shown = Document.Read(Path.Combine(Repository.Root, "README.md")).Sections.SelectMany(section => section.Blocks).Single(block => block.Language == "csharp").Lines;

        Assert.Equal(generated.Where(line => line.Length > 0 && !line.StartsWith("using Shop", StringComparison.Ordinal) && !line.StartsWith("//", StringComparison.Ordinal)), shown.Where(line => line.Length > 0));
        sandbox.Passed();
    }

    // "n of m" is a count of a run.
    [Fact]
    public void Every_figure_of_the_README_is_in_a_result()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var results = string.Concat(new[] { "tests/Rollout/README.md", "tests/Benchmarks/README.md", ".github/decisions/0001-delay-inside-prestop-outside.md" }
            .Select(file => File.ReadAllText(Path.Combine(Repository.Root, file))));

        Assert.All(Figure().Matches(readme).Select(figure => figure.Value), figure => Assert.Contains(figure, results));
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Times_that_platforms_grant_add_up(string template)
    {
        using var sandbox = Sandbox.For($"platforms/{template}");
        var folder = sandbox.Generate(template, "Shop");
        var page = Document.Read(Path.Combine(folder, "docs", "platforms.md"));
        var delay = template is "graceful-grpc" or "graceful-service" ? 12 : template == "graceful-webapi" ? 5 : 0;
        var defaults = (Grace: 45, PreStop: template == "graceful-pulsar-worker" ? 0 : 5, Delay: delay, Flush: 3);

        var rows = page.Sections.Single(section => section.Title == "What your platform grants").Rows.Skip(1).ToList();
        foreach (var row in rows)
        {
            var cells = row.Split(" | ");
            int Set(string pattern, int otherwise) => Regex.Match(row, pattern) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : otherwise;
            var outside = row.Contains("no preStop") || !Regex.IsMatch(row, "Kubernetes|EKS|GKE|AKS|OpenShift|Istio") ? 0 : Set(@"preStop (\d+)", defaults.PreStop);
            var drain = Set(@"(?:grace period |GraceSeconds=|stopTimeout` )(\d+)", defaults.Grace) - outside
                - Set(@"DelaySeconds=(\d+)", defaults.Delay) - Set(@"FlushSeconds=(\d+)", defaults.Flush) - 5;
            Assert.True(drain >= 1, $"{drain} s are left to drain: {row}");
            Assert.True(Set(@"(\d+) s of drain", drain) == drain, $"{drain} s are left to drain: {row}");
            Assert.True(cells.Length >= 3, row);
        }
        Assert.True(rows.Count >= 8, $"{rows.Count} platforms");
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void README_of_a_service_has_at_most_1200_words_and_AGENTS_30_lines(string template)
    {
        using var sandbox = Sandbox.For($"words/{template}");
        var folder = sandbox.Generate(template, "Shop");

        Assert.InRange(Document.Count(File.ReadAllText(Path.Combine(folder, "README.md"))), 500, 1200);
        Assert.InRange(File.ReadAllLines(Path.Combine(folder, "AGENTS.md")).Length, 10, LinesOfAgents);
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void README_and_AGENTS_name_every_page(string template)
    {
        using var sandbox = Sandbox.For($"pages/{template}");
        var folder = sandbox.Generate(template, "Shop");
        var sections = Document.Read(Path.Combine(folder, "README.md")).Sections;
        var links = sections.SelectMany(section => section.Links.Concat(section.Lines.SelectMany(Section.CodeIn).Select(code => code.Trim('`')))).ToHashSet();

        // One in the folder of the service is named from there on: the name of the project could break the Markdown.
        Assert.DoesNotContain(Repository.FilesBelow(folder), file => file.EndsWith(".md", StringComparison.Ordinal) && file != "README.md"
            && !links.Any(link => $"/{file}".EndsWith($"/{link}", StringComparison.Ordinal)));
        sandbox.Passed();
    }

    public static TheoryData<string, string> EveryTemplateWithFewToggles =>
        EveryTemplate.With(["", .. EveryTemplate.Toggles.Select(toggle => "--" + toggle), string.Join(' ', EveryTemplate.Toggles.Select(toggle => "--" + toggle))]);

    [Theory, MemberData(nameof(EveryTemplateWithFewToggles))]
    public void Language_changes_the_README_and_nothing_else(string template, string toggles)
    {
        using var sandbox = Sandbox.For($"language/{template}/{toggles.Length}");
        var off = toggles.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var english = sandbox.Generate(template, "Shop", off);
        Directory.Move(english, english + ".en");
        english += ".en";
        var chinese = sandbox.Generate(template, "Shop", [.. off, .. Chinese]);

        var files = Repository.FilesBelow(chinese);
        Assert.Equal(Repository.FilesBelow(english), files);
        Assert.Equal([".graceful-templates", "README"],
            files.Where(file => File.ReadAllText(Path.Combine(english, file)) != File.ReadAllText(Path.Combine(chinese, file))).Select(file => Path.GetFileNameWithoutExtension(file)));
        Assert.Empty(LanguagePairs.Differences(Document.Read(Path.Combine(english, "README.md")), Document.Read(Path.Combine(chinese, "README.md"))));
        OutputCheck.AssertSound(sandbox, chinese);
        sandbox.Passed();
    }

    [GeneratedRegex(@"\d[\d,]* of \d[\d,]*\d")]
    private static partial Regex Figure();
}
