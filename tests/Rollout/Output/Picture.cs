using System.Globalization;
using System.Net;
using System.Text;
using Rollout.Load;

namespace Rollout.Output;

/// <summary>Failed requests and work in flight over the time of a rollout, one panel a target, with the life of every pod below.</summary>
internal sealed class Picture(IReadOnlyList<TargetResult> results, Settings settings)
{
    private const int Width = 960;
    private const int Left = 60;
    private const int Right = 48;
    private const int ChartHeight = 120;
    private const int PodHeight = 12;
    private const int StepsPerBar = 2;
    private const double SecondsBefore = 3;

    private readonly StringBuilder _svg = new();
    private readonly double _seconds = Math.Ceiling(results.Max(result => result.EndedAt - result.DisruptedAt) / 5) * 5;
    private readonly int _mostFailed = Nice(results.Max(result => Bars(result).Select(bar => bar.Failed).DefaultIfEmpty().Max()));
    private readonly int _mostInFlight = Nice(results.Max(result => result.Steps.Max(step => step.InFlight)));

    public string ToSvg()
    {
        var starts = new StartChart([.. results.Where(result => result.Starts is not null)], Left, Width - Right);
        var height = 74 + results.Sum(PanelHeight) + 34 + starts.Height;
        Line($$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{height}}" role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">
            <title id="title">Failed requests while {{results[0].Target.Deployment.Replicas}} pods are replaced</title>
            <desc id="desc">{{Text(Description())}}</desc>
            <style>
              text { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0 } .flight { fill: #54aeff; fill-opacity: .35 }
              .failed { fill: #cf222e } .bad { fill: #cf222e } .good { fill: #1a7f37 }
              .steady { stroke: #59636e; stroke-dasharray: 4 3 } .request { fill: #0969da }
              .starting { fill: #afb8c1 } .serving { fill: #4ac26b } .leaving { fill: #d4a72c }
              @media (prefers-color-scheme: dark) {
                text { fill: #f0f6fc } .faint { fill: #9198a1 } .grid { stroke: #3d444d } .flight { fill: #388bfd; fill-opacity: .45 }
                .failed { fill: #ff6a69 } .bad { fill: #ff6a69 } .good { fill: #3fb950 }
                .steady { stroke: #9198a1 } .request { fill: #4493f8 }
                .starting { fill: #656c76 } .serving { fill: #2ea043 } .leaving { fill: #bb8009 }
              }
            </style>
            """);
        Legend();
        var top = 50;
        foreach (var result in results)
        {
            Panel(result, top);
            top += PanelHeight(result);
        }
        Axis(top);
        _svg.Append(starts.ToSvg(top + 42));
        Line($"</svg>");
        return _svg.ToString();
    }

    /// <summary>The picture in words, for those who do not see it.</summary>
    public string Description()
    {
        var sentences = results.Select(result => FormattableString.Invariant(
            $"{result.Target.Summary}: {result.Failed:N0} of {result.Requests:N0} requests fail{(result.Failed == 0 ? "" : $", {FailureSpan(result)}")}."));
        var lags = string.Join(", ", settings.Lags.Select(lag => FormattableString.Invariant($"{lag}")));
        var starts = results.Where(result => result.Starts is not null).Select(result => FormattableString.Invariant(
            $" {result.Target.Summary}: the slowest request to a new pod in its first 2 s takes {result.Starts!.WorstRatio:0.0} times the steady p99."));
        return $"{string.Join(" ", sentences)} The kube-proxies are {lags} s behind the endpoints. Below each chart the life of every pod.{string.Concat(starts)}";
    }

    private static string FailureSpan(TargetResult result)
    {
        var failing = Steps(result).Where(step => step.Failed > 0).ToList();
        return failing.Count == 0 ? "" : FormattableString.Invariant($"between {failing[0].At:0} and {failing[^1].At:0} s after the rollout began");
    }

    private void Legend()
    {
        var x = (double)Left;
        (string Style, string Label)[] entries =
        [
            ("failed", "failed in half a second (left)"), ("flight", "in flight (right)"),
            ("starting", "pod starts"), ("serving", "pod is ready"), ("leaving", "pod was told to go"),
        ];
        foreach (var (style, label) in entries)
        {
            Line($"""<rect class="{style}" x="{x:0}" y="16" width="12" height="12"/><text x="{x + 18:0}" y="27">{label}</text>""");
            x += 42 + label.Length * 6.6;
        }
    }

    private void Panel(TargetResult result, int top)
    {
        var (chartTop, bottom) = (top + 30, top + 30 + ChartHeight);
        Line($"""<text x="{Left}" y="{top + 18}" font-weight="600">{Text(result.Target.Summary)}</text>""");
        var style = result.Failed == 0 ? "good" : "bad";
        var verdict = FormattableString.Invariant($"{result.Failed:N0} of {result.Requests:N0} requests failed");
        Line($"""<text class="{style}" x="{Width - Right}" y="{top + 18}" text-anchor="end" font-weight="600">{verdict}</text>""");
        foreach (var y in (int[])[chartTop, bottom]) Line($"""<line class="grid" x1="{Left}" y1="{y}" x2="{Width - Right}" y2="{y}"/>""");
        Scale("end", Left - 8, "bad", _mostFailed);
        Scale("start", Width - Right + 8, "faint", _mostInFlight);
        InFlight(result, bottom);
        foreach (var (at, failed) in Bars(result).Where(bar => bar.Failed > 0 && IsShown(bar.At)))
        {
            var (barHeight, width) = (Math.Max(2, failed * (double)ChartHeight / _mostFailed), X(Timeline.StepSeconds * StepsPerBar) - X(0));
            Line($"""<rect class="failed" x="{X(at):0.0}" y="{bottom - barHeight:0.0}" width="{Math.Max(2, width - 1):0.0}" height="{barHeight:0.0}"/>""");
        }
        var podTop = bottom + 10;
        foreach (var pod in result.Pods)
        {
            Pod(result, pod, podTop);
            podTop += PodHeight;
        }

        void Scale(string anchor, int x, string style, int most)
        {
            Line($"""<text class="{style}" x="{x}" y="{chartTop + 5}" text-anchor="{anchor}">{most}</text>""");
            Line($"""<text class="{style}" x="{x}" y="{bottom + 4}" text-anchor="{anchor}">0</text>""");
        }
    }

    private void InFlight(TargetResult result, int bottom)
    {
        var scale = (double)ChartHeight / _mostInFlight;
        var shown = Steps(result).Where(step => IsShown(step.At)).ToList();
        var path = string.Join(' ', shown.Select(step => FormattableString.Invariant($"{X(step.At):0.0},{bottom - step.InFlight * scale:0.0}")));
        Line($"""<polygon class="flight" points="{X(shown[0].At):0.0},{bottom} {path} {X(shown[^1].At):0.0},{bottom}"/>""");
    }

    private void Pod(TargetResult result, PodResult pod, int y)
    {
        var end = pod.ExitedAt ?? result.EndedAt;
        Piece("starting", pod.CreatedAt, pod.ReadyAt ?? end);
        if (pod.ReadyAt is { } ready) Piece("serving", ready, pod.StoppedAt ?? end);
        if (pod.StoppedAt is { } stopped) Piece("leaving", stopped, end);

        void Piece(string style, double from, double to)
        {
            var (start, stop) = (X(Math.Max(from - result.DisruptedAt, -SecondsBefore)), X(Math.Min(to - result.DisruptedAt, _seconds)));
            if (stop > start) Line($"""<rect class="{style}" x="{start:0.0}" y="{y}" width="{stop - start:0.0}" height="{PodHeight - 4}" rx="2"/>""");
        }
    }

    private void Axis(int top)
    {
        for (var second = 0; second <= _seconds; second += _seconds > 60 ? 10 : 5)
            Line($"""<text class="faint" x="{X(second):0.0}" y="{top + 14}" text-anchor="middle">{second}{(second == 0 ? " s" : "")}</text>""");
        Line($"""<text class="faint" x="{Width - Right}" y="{top + 32}" text-anchor="end">seconds since the rollout began</text>""");
    }

    private static int PanelHeight(TargetResult result) => 30 + ChartHeight + 10 + result.Pods.Length * PodHeight + 22;

    /// <summary>While the load ran; the time counts from the disruption.</summary>
    private static IEnumerable<(double At, int Failed, int InFlight)> Steps(TargetResult result) => result.Steps
        .Select((step, index) => (At: index * Timeline.StepSeconds - result.DisruptedAt, step.Failed, step.InFlight))
        .Where(step => step.At + result.DisruptedAt < result.EndedAt);

    private static IEnumerable<(double At, int Failed)> Bars(TargetResult result) =>
        Steps(result).Chunk(StepsPerBar).Select(steps => (steps[0].At, steps.Sum(step => step.Failed)));

    private bool IsShown(double at) => at >= -SecondsBefore && at <= _seconds;

    private double X(double second) => Left + (second + SecondsBefore) / (_seconds + SecondsBefore) * (Width - Left - Right);

    /// <summary>The next number that looks good on an axis.</summary>
    private static int Nice(int value) => value <= 5 ? 5 : value <= 10 ? 10 : value <= 100 ? (value + 9) / 10 * 10 : (value + 49) / 50 * 50;

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private void Line(FormattableString line) => _svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
