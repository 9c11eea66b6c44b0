using System.Text.RegularExpressions;
using GracefulTemplates.Tests.Kubernetes;

namespace GracefulTemplates.Tests.Pack;

/// <summary>Options at the ends of what is allowed, each with each.</summary>
public sealed partial class OptionTests
{
    // Above the least grace period, which depends on the preStop and on the delay of the template.
    private static readonly string[] Grace = ["+0", "+5", "86400"];
    private static readonly string[] PreStop = ["0", "5", "60"];
    private static readonly string[] ProjectNames = ["Shop", "R&D", "订单"];
    private static readonly string[] KubernetesNames = ["", "on", new string('k', 80)];
    private static readonly string[] Registries = ["", "https://ghcr.io/Acme/", "localhost:5000"];
    private static readonly string[][] Toggles = [.. EveryTemplate.Toggles.Select(toggle => (string[])["", toggle])];

    public static TheoryData<string, string> EveryTemplateWithEveryPair =>
        EveryTemplate.With(Pairs.Of([Grace, PreStop, ProjectNames, KubernetesNames, Registries, .. Toggles]).Select(row => string.Join('|', row)));

    // With what becomes of them.
    private static readonly (string Name, string Registry, UserText Expected)[] Texts =
    [
        ("web2", "ghcr.io/Acme/", new("R&D's $x", "R_D_s__x", "web2", "ghcr.io/acme/", "R&D's $x")),
        ("on", "https://ghcr.io/acme", new("No", "No", "on", "ghcr.io/acme/", "No")),
        ("a: \"b\" # c", " a \"b\" ", new("it's 100%", "it_s_100_", "a-b-c", "a-b/", "it's 100%")),
        ("${{ x }}", "{{ .Values }}", new("a;b", "a_b", "x", "values/", "a;b")),
        ("-1st 'try'-", "localhost:5000//a", new("a<b>`c`", "a_b__c_", "app-1st-try", "localhost:5000/a/", "a<b>`c`")),
        ("<!-- -->", "", new("2026.Shop", "_2026.Shop", "app-2026-shop", "", "2026.Shop")),
    ];

    public static TheoryData<string, int> EveryTemplateWithEveryText
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (var (template, row) in from template in Repository.Templates from row in Enumerable.Range(0, Texts.Length) select (template, row))
                rows.Add(template, row);
            return rows;
        }
    }

    [Theory, MemberData(nameof(EveryTemplateWithEveryText))]
    public void Every_text_arrives_in_every_place(string template, int row)
    {
        var (kubernetesName, registry, expected) = Texts[row];
        using var sandbox = Sandbox.For($"texts/{template}/{row}");

        var folder = sandbox.Generate(template, expected.Name, "--kubernetes-name", kubernetesName, "--image-registry", registry);

        OutputCheck.AssertSound(sandbox, folder, [.. ManifestTests.Problems(new GeneratedService(folder, template)), .. expected.Problems(template, folder)]);
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplateWithEveryPair))]
    public void Every_pair_of_options_is_parsed_and_its_numbers_agree(string template, string row)
    {
        var values = row.Split('|');
        var hasPreStop = CommandLine.OptionOf(template, "preStopSeconds") is not null;
        var preStop = hasPreStop ? int.Parse(values[1]) : 0;
        var grace = values[0] is ['+', .. var more] ? LeastGrace(template) + preStop + int.Parse(more) : int.Parse(values[0]);
        using var sandbox = Sandbox.For($"pairs/{template}/{row.Replace('/', '-')}");

        var folder = sandbox.Generate(template, values[2],
        [
            "--grace-seconds", $"{grace}",
            .. hasPreStop ? (string[])["--prestop-seconds", $"{preStop}"] : [],
            .. values[3].Length > 0 ? (string[])["--kubernetes-name", values[3]] : [],
            "--image-registry", values[4],
            .. values[5..].Where(toggle => toggle.Length > 0).Select(toggle => "--" + toggle),
        ]);

        var service = new GeneratedService(folder, template) { HasPreStop = preStop > 0 };
        OutputCheck.AssertSound(sandbox, folder, [.. ManifestTests.Problems(service), .. Disagreements(service, grace, preStop)]);
        sandbox.Passed();
    }

    /// <summary>What <c>--grace-seconds</c> must be at least, without a preStop.</summary>
    internal static int LeastGrace(string template) => new GeneratedService("", template).Has("grpc") ? 21 : 14;

    private static IEnumerable<string> Disagreements(GeneratedService service, int grace, int preStop)
    {
        if ($"{service.Settings["Shutdown"]!["GraceSeconds"]}" != $"{grace}")
            yield return $"appsettings.json says {service.Settings["Shutdown"]!["GraceSeconds"]}";
        if (service.HasKubernetes && (service.Pod.TerminationGracePeriodSeconds, service.Container.Lifecycle?.PreStop.Sleep.Seconds ?? 0) != (grace, preStop))
            yield return $"the pod has {service.Pod.TerminationGracePeriodSeconds} s and a preStop of {service.Container.Lifecycle?.PreStop.Sleep.Seconds} s";
        if (service.HasDocker && File.Exists(Path.Combine(service.Folder, ".github/workflows/ci.yml"))
            && GraceOfCi().Match(service.Text(".github/workflows/ci.yml")).Groups[1].Value != $"{grace}")
            yield return "the workflow has another grace period";
        if (service.HasDocker && service.Compose.Text($"services.{service.Compose.Text("name")}.image") is var image && !NameTests.ImageReference().IsMatch(image))
            yield return $"{image} is no reference to an image";
    }

    [GeneratedRegex(@"GRACE_SECONDS: (\d+)")]
    private static partial Regex GraceOfCi();
}
