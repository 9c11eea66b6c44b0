using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>Prometheus itself evaluates the alerts and the queries of the page, on what a service has sent before its pod was gone.</summary>
public sealed class AlertTests
{
    // A value a minute; "_" is a minute without one. They are evaluated after ten.
    [PromtoolTheory]
    [InlineData("ShutdownFailed", "shutdown_stops_total{shutdown_outcome='failed'} _ 1")] // A start that fails sends its last values and none before.
    [InlineData("ShutdownFailed", "shutdown_stops_total{shutdown_outcome='failed'} 0 0 0 1")]
    [InlineData("ShutdownAborted", "shutdown_stops_total{shutdown_outcome='aborted'} 0 0 1")]
    [InlineData("ShutdownForced", "shutdown_stops_total{shutdown_outcome='forced'} 0 1")]
    [InlineData("ShutdownNearDeadline", "shutdown_drain_duration_seconds_sum{} _ 26", "shutdown_deadline_seconds{} 32 32")]
    [InlineData("RetriesHoldUpIntake", "graceful_messaging_retries_waiting{} 1000x10", "graceful_messaging_retries_limit{} 1000x10")]
    [InlineData("", "shutdown_stops_total{shutdown_outcome='drained'} 0 0 1", "shutdown_stops_total{shutdown_outcome='failed'} 0 0 0")]
    [InlineData("", "shutdown_drain_duration_seconds_sum{} _ 25", "shutdown_deadline_seconds{} 32 32")]
    [InlineData("", "graceful_messaging_retries_waiting{} 999x10", "graceful_messaging_retries_limit{} 1000x10")]
    public void An_alert_fires_for_what_it_is_for_and_for_nothing_else(string alert, params string[] sent)
    {
        using var sandbox = Sandbox.For($"alerts/{alert}/{sent[0].Length}-{sent.Length}-{sent[0][^1]}");
        var service = new GeneratedService(sandbox.Generate("graceful-pulsar-worker", "Shop"), "graceful-pulsar-worker");
        var rules = Manifest.Parse("rules", service.Text("k8s/overlays/monitoring/prometheusrule.yaml")).Single().Root.Items("spec.groups").Single().Items("rules").ToList();
        Assert.Contains(rules, rule => alert == "" || rule.Text("alert") == alert);

        AssertEvaluates(sandbox.Folder, sent, [.. rules.Select(rule => (rule.Text("expr"), rule.Text("alert") == alert))]);
        sandbox.Passed();
    }

    [PromtoolFact]
    public void The_pages_queries_see_what_was_sent_once()
    {
        using var sandbox = Sandbox.For("alerts/page");
        var page = File.ReadAllText(Path.Combine(Repository.Root, ".github/docs/alerts.md"));
        var queries = Regex.Matches(page, "^```promql\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline).Select(match => match.Groups[1].Value)
            .Where(query => query.Contains("shutdown_")).ToList();
        Assert.Equal(4, queries.Count);

        AssertEvaluates(sandbox.Folder,
            [
                "shutdown_stops_total{shutdown_outcome='aborted'} _ 1", "shutdown_work_aborted_total{} _ 2", "shutdown_drain_duration_seconds_sum{} _ 32",
                "shutdown_drain_duration_seconds_bucket{le='40'} _ 1", "shutdown_drain_duration_seconds_bucket{le='+Inf'} _ 1", "shutdown_deadline_seconds{} _ 32",
            ],
            [.. queries.Select(query => (query, true))]);
        sandbox.Passed();
    }

    private static void AssertEvaluates(string folder, IEnumerable<string> sent, (string Query, bool HasResult)[] queries)
    {
        var file = Path.Combine(folder, "alerts.json"); // Which is YAML.
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            tests = new[]
            {
                new
                {
                    interval = "1m",
                    input_series = sent.Select(series => series.Split("} ")).Select(series => new { series = $"{series[0]},job='shop',instance='shop-1'}}".Replace("{,", "{"), values = series[1] }),
                    promql_expr_test = queries.Select(query => new
                    {
                        // A percentage of nothing is NaN, which would count.
                        expr = $"count(({query.Query}) >= 0)", eval_time = "10m", exp_samples = query.HasResult ? (object[])[new { labels = "{}", value = 1 }] : [],
                    }),
                },
            },
        }));
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["test", "rules", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        promtool.WaitForExit();
        Assert.True(promtool.ExitCode == 0, output.Result + error.Result);
    }
}

/// <summary>A theory for which Prometheus' own tool is needed.</summary>
internal sealed class PromtoolTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<bool> IsThere = new(() =>
    {
        try
        {
            using var promtool = Process.Start(new ProcessStartInfo("promtool", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            promtool.WaitForExit();
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public PromtoolTheoryAttribute() => Skip = Missing;

    public static string? Missing => IsThere.Value ? null : "promtool is not installed (package prometheus).";
}

/// <summary>The same for a fact.</summary>
internal sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute() => Skip = PromtoolTheoryAttribute.Missing;
}
