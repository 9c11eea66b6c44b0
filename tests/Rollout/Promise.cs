using System.Globalization;
using Rollout.Load;

namespace Rollout;

/// <summary>What the pack promises, held against what was seen.</summary>
internal static class Promise
{
    /// <summary>How much longer a request may take than the longest one before a pod was told to stop.</summary>
    private const double SlowBySeconds = 1;

    /// <summary>In sentences what was broken; nothing when it was kept.</summary>
    public static IReadOnlyList<string> BrokenBy(TargetResult result)
    {
        var stopped = result.Pods.Count(pod => pod.StoppedAt is not null);
        return
        [
            .. from series in result.Series
               from broken in BrokenBy(series, stopped, result.DisruptedAt)
               select $"{series.Name}: {broken}",
            .. result.Messages is { } messages ? BrokenBy(messages) : [],
            .. from pod in result.Pods
               where pod.WasKilled || pod.ExitCode is not (0 or null)
               select $"{pod.Name} {(pod.WasKilled ? "was killed" : "ended")} with exit code {pod.ExitCode}",
        ];
    }

    private static IEnumerable<string> BrokenBy(MessageResult messages)
    {
        if (messages.InFlightAtSignal == 0) yield return "messages: none was in flight when a worker was told to stop";
        (long Count, string What)[] faults =
        [
            (messages.Lost, "lost"), (messages.HandledTwice, "handled twice"), (messages.CutOff, "cut off"), (messages.Unacknowledged, "not acknowledged"),
        ];
        foreach (var (count, what) in faults)
            if (count > 0) yield return $"messages: {count} of {messages.Published} {what}";
    }

    private static IEnumerable<string> BrokenBy(SeriesResult series, int stopped, double disruptedAt)
    {
        if (series.Requests == 0) yield return "no request was made";
        // HttpClient's own race is reported, and may cost a request per pod; whatever goes beyond is the service's.
        var allowed = series.HasGoAway ? Math.Min(series.LostToGoAway, stopped) : 0;
        if (series.Failed > allowed)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{series.Failed} of {series.Requests} failed, ")
                + string.Join(", ", series.Failures.Select(failure => string.Create(CultureInfo.InvariantCulture,
                    $"{failure.Count} x {failure.Reason} from {failure.FirstSecond - disruptedAt:+0.0;-0.0} s")));
        }
        else if (series.LongestDuring > series.LongestBefore + SlowBySeconds)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"an answer took {series.LongestDuring:0.0} s, before at most {series.LongestBefore:0.0}");
        }
    }
}
