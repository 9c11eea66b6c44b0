using System.Text.RegularExpressions;

namespace GracefulTemplates.Tests.Pack;

[Trait("Category", "Slow")]
public sealed class ToggleTests
{
    // What belongs to a part: its files, and words that make no sense without them.
    private static readonly Dictionary<string, (string Files, string Words)> Parts = new()
    {
        ["no-docker"] =
            (@"^(Dockerfile|\.dockerignore|compose\.yaml)$", @"Dockerfile|dockerignore|compose\.yaml|docker (build|run|compose)"),
        ["no-kubernetes"] = ("^k8s/", "k8s/|kubectl apply|kustomiz"),
        // But for links to pages of ours.
        ["no-ci"] = (@"^\.github/", @"(?<!/blob/main/)\.github|GitHub Actions"),
        ["no-tests"] = ("^tests/", "tests/|dotnet test|xunit"),
        ["no-observability"] = ("/Observability/", "OpenTelemetry|Observability|OTEL_|dashboard|overlays/monitoring"),
    };

    [Theory, MemberData(nameof(EveryTemplate.WithEveryToggleSet), MemberType = typeof(EveryTemplate))]
    public void Every_set_of_toggles_gives_a_sound_tree_without_a_trace_of_what_is_off(string template, string toggles)
    {
        using var sandbox = Sandbox.For($"toggles/{template}/{(toggles.Length == 0 ? "everything" : toggles)}");
        var off = toggles.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var folder = sandbox.Generate(template, "Shop", [.. off.Select(toggle => "--" + toggle)]);

        OutputCheck.AssertSound(sandbox, folder, off.SelectMany(toggle => Traces(folder, toggle)));
        sandbox.Passed();
    }

    private static IEnumerable<string> Traces(string folder, string toggle)
    {
        var (files, words) = Parts[toggle];
        foreach (var file in Repository.FilesBelow(folder))
        {
            if (Regex.IsMatch(file, files))
                yield return $"{file}: is there in spite of --{toggle}";
            foreach (Match word in Regex.Matches(File.ReadAllText(Path.Combine(folder, file)), words))
                yield return $"{file}: says '{word.Value}' in spite of --{toggle}";
        }
    }
}
