using System.Text.RegularExpressions;
using GracefulTemplates.Tests.Pack;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>Alerts and queries ask for what the services send and log, in the names that Prometheus gives it.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, ".github/docs/alerts.md"));

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Rules_have_known_fields_only_and_ask_for_what_the_service_sends(string template)
    {
        using var sandbox = Sandbox.For($"monitoring/{template}");
        var service = new GeneratedService(sandbox.Generate(template, "Shop"), template);
        var text = service.Text("k8s/overlays/monitoring/prometheusrule.yaml");

        // Refuses a field that it does not know, as the API server does.
        var rule = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build().Deserialize<PrometheusRule>(text);

        Assert.Equal(("monitoring.coreos.com/v1", "PrometheusRule", "shop"), (rule.ApiVersion, rule.Kind, $"{rule.Metadata["name"]}"));
        var alerts = Assert.Single(rule.Spec.Groups).Rules;
        Assert.Equal(["ShutdownAborted", "ShutdownFailed", "ShutdownForced", "ShutdownNearDeadline", .. service.Has("pulsar") ? (string[])["RetriesHoldUpIntake"] : []],
            alerts.Select(alert => alert.Alert));
        Assert.All(alerts, alert =>
        {
            Assert.Contains(alert.Labels["severity"], (string[])["warning", "info"]);
            Assert.Contains("{{ $labels.job }}", alert.Annotations["summary"]);
            Assert.All(JobLabel().Matches(alert.Expr).Select(match => match.Groups[1].Value), job => Assert.Equal(service.Environment("OTEL_SERVICE_NAME"), job));
            AssertSent(alert.Expr, Path.Combine(service.Folder, "src"));
            Assert.Equal(alert.Expr.Count(character => character == '('), alert.Expr.Count(character => character == ')'));
        });
        sandbox.Passed();
    }

    [Fact]
    public void The_pages_queries_ask_for_what_the_services_send()
    {
        var queries = CodeBlock("promql").Concat(CodeBlock("logql")).Concat(CodeBlock("kusto")).ToList();
        Assert.True(queries.Count >= 3, "The page has no queries.");

        foreach (var query in CodeBlock("promql")) AssertSent(query, Repository.TemplatesFolder);
        Assert.Empty(EventId().Matches(string.Join('\n', queries)).Select(match => int.Parse(match.Groups[1].Value)).Except(Logged().Keys));
    }

    [Fact]
    public void The_page_lists_every_log_entry_and_no_other()
    {
        var listed = Row().Matches(Page).ToDictionary(match => int.Parse(match.Groups[1].Value), match => match.Groups[2].Value);

        Assert.Equal(Logged().OrderBy(entry => entry.Key), listed.OrderBy(entry => entry.Key));
    }

    private static IEnumerable<string> CodeBlock(string language) =>
        Regex.Matches(Page, $@"^```{language}\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline).Select(match => match.Groups[1].Value);

    private static void AssertSent(string query, string folder)
    {
        var asked = Selector().Matches(query).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(Sent(folder)));
        Assert.Empty(OutcomeLabel().Matches(query).SelectMany(match => match.Groups[1].Value.Split('|')).Except(["drained", "aborted", "forced", "failed"]));
    }

    /// <summary>What the sources create, as Prometheus names it when it comes by OTLP.</summary>
    private static HashSet<string> Sent(string folder) =>
    [
        .. from file in Sources(folder)
           from match in Instrument().Matches(File.ReadAllText(file))
           let name = match.Groups["name"].Value.Replace('.', '_') + (match.Groups["unit"].Value == "s" ? "_seconds" : "")
           from suffix in match.Groups["kind"].Value switch { "Counter" => (string[])["_total"], "Histogram" => ["_sum", "_count", "_bucket"], _ => [""] }
           select name + suffix,
    ];

    /// <summary>Event ids and names; a name that is not given is that of the method.</summary>
    private static Dictionary<int, string> Logged() => Sources(Repository.TemplatesFolder).Select(File.ReadAllText)
        .SelectMany(text => LogMethod().Matches(text).Select(match => (Id: match.Groups["id"].Value,
                Name: EventName().Match(match.Groups["rest"].Value) is { Success: true } name ? name.Groups[1].Value : match.Groups["method"].Value))
            .Concat(LogEntry().Matches(text).Select(match => (Id: match.Groups["id"].Value, Name: match.Groups["name"].Value))))
        .ToDictionary(entry => int.Parse(entry.Id), entry => entry.Name);

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex("\\.Create(?:Observable)?(?<kind>Counter|UpDownCounter|Gauge|Histogram)(?:<\\w+>)?\\(\"(?<name>[a-z_.]+)\",(?: \\(\\) => [^,]+,)? \"(?<unit>[^\"]+)\"")]
    private static partial Regex Instrument();

    [GeneratedRegex("\\[LoggerMessage\\((?:EventId = )?(?<id>\\d+),(?<rest>.*?)partial void (?<method>\\w+)", RegexOptions.Singleline)]
    private static partial Regex LogMethod();

    [GeneratedRegex("new EventId\\((?<id>\\d+), \"(?<name>\\w+)\"\\)")]
    private static partial Regex LogEntry();

    [GeneratedRegex("EventName = \"(\\w+)\"")]
    private static partial Regex EventName();

    [GeneratedRegex("\\b([a-z][a-z0-9_]*)\\{")]
    private static partial Regex Selector();

    [GeneratedRegex("shutdown_outcome=~?\"([^\"]+)\"")]
    private static partial Regex OutcomeLabel();

    [GeneratedRegex("\\bjob=\"([^\"]+)\"")]
    private static partial Regex JobLabel();

    [GeneratedRegex("EventId\\)? ?==? ?\"?(\\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex("^\\| (\\d{3}) \\| `(\\w+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private sealed class PrometheusRule
    {
        public string ApiVersion { get; set; } = "";
        public string Kind { get; set; } = "";
        public Dictionary<string, object> Metadata { get; set; } = [];
        public RuleSpec Spec { get; set; } = new();
    }

    private sealed class RuleSpec
    {
        public List<RuleGroup> Groups { get; set; } = [];
    }

    private sealed class RuleGroup
    {
        public string Name { get; set; } = "";
        public string? Interval { get; set; }
        public List<AlertRule> Rules { get; set; } = [];
    }

    private sealed class AlertRule
    {
        public string Alert { get; set; } = "";
        public string Expr { get; set; } = "";
        public string? For { get; set; }
        public Dictionary<string, string> Labels { get; set; } = [];
        public Dictionary<string, string> Annotations { get; set; } = [];
    }
}
