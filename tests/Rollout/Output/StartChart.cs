using System.Globalization;
using System.Net;
using System.Text;
using Rollout.Load;

namespace Rollout.Output;

/// <summary>The first requests of every new pod: a dot for each, in the order in which they came, one chart a target, side by side.</summary>
internal sealed class StartChart(IReadOnlyList<TargetResult> results, int left, int right)
{
    private const int ChartHeight = 120;
    private const int Gap = 30;

    private readonly StringBuilder _svg = new();
    private readonly double _most = Math.Ceiling(results.SelectMany(result => result.Starts!.Pods).SelectMany(pod => pod.Latencies).Append(1).Max() / 50) * 50;

    public int Height => results.Count == 0 ? 0 : ChartHeight + 76;

    public string ToSvg(int top)
    {
        if (results.Count == 0) return "";
        Line($"""<text x="{left}" y="{top + 16}" font-weight="600">The first {PodLatencies.FirstRequests} requests of each new pod, ms</text>""");
        var width = (right - left - Gap * (results.Count - 1)) / results.Count;
        for (var index = 0; index < results.Count; index++) Chart(results[index], left + index * (width + Gap), width, top + 40);
        return _svg.ToString();
    }

    private void Chart(TargetResult result, int x, int width, int top)
    {
        var (bottom, starts) = (top + ChartHeight, result.Starts!);
        var verdict = FormattableString.Invariant($"slowest {starts.Pods.Max(pod => pod.Latencies.Max()):0} ms, steady p99 {starts.SteadyP99:0} ms");
        Line($"""<text class="faint" x="{x}" y="{top - 6}">{WebUtility.HtmlEncode(result.Target.Name)}: {verdict}</text>""");
        foreach (var y in (int[])[top, bottom]) Line($"""<line class="grid" x1="{x}" y1="{y}" x2="{x + width}" y2="{y}"/>""");
        Line($"""<line class="steady" x1="{x}" y1="{Y(starts.SteadyP99):0.0}" x2="{x + width}" y2="{Y(starts.SteadyP99):0.0}"/>""");
        foreach (var pod in starts.Pods)
            for (var request = 0; request < pod.Latencies.Length; request++)
                Line($"""<circle class="request" cx="{x + (request + 0.5) * width / PodLatencies.FirstRequests:0.0}" cy="{Y(pod.Latencies[request]):0.0}" r="2"/>""");
        if (x > left) return;
        Line($"""<text class="faint" x="{x - 8}" y="{top + 5}" text-anchor="end">{_most:0}</text>""");
        Line($"""<text class="faint" x="{x - 8}" y="{bottom + 4}" text-anchor="end">0</text>""");

        double Y(double milliseconds) => bottom - milliseconds * ChartHeight / _most;
    }

    private void Line(FormattableString line) => _svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
