using System.Collections.Concurrent;
using Rollout.Model;

namespace Rollout.Load;

/// <summary>What short requests over HTTP/1.1 and calls took, by the pod that answered them.</summary>
internal sealed class PodLatencies
{
    /// <summary>So many requests of a new pod are looked at.</summary>
    public const int FirstRequests = 100;

    private static readonly TimeSpan FirstSeconds = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<(string Pod, TimeSpan Start, TimeSpan Latency)> _requests = new();

    public void Add(Pod pod, TimeSpan start, TimeSpan latency) => Add(pod.Name, start, latency);

    public void Add(string pod, TimeSpan start, TimeSpan latency) => _requests.Enqueue((pod, start, latency));

    /// <summary>The starts of these pods, beside the requests that all pods got before the disruption.</summary>
    public StartLatencies? Of(IReadOnlyCollection<string> newPods, TimeSpan disruptedAt)
    {
        var steady = _requests.Where(request => request.Start < disruptedAt).Select(request => request.Latency).Order().ToList();
        var pods = _requests.Where(request => newPods.Contains(request.Pod)).OrderBy(request => request.Start).GroupBy(request => request.Pod)
            .Select(pod => Start(pod.Key, [.. pod.Select(request => (request.Start, request.Latency))])).ToArray();
        return steady.Count == 0 || pods.Length == 0 ? null : new(steady.Count, Milliseconds(At(steady, 0.5)), Milliseconds(At(steady, 0.99)), pods);
    }

    private static PodStart Start(string pod, (TimeSpan Start, TimeSpan Latency)[] requests)
    {
        var first = requests.Take(FirstRequests).Select(request => request.Latency).ToList();
        var inFirstSeconds = requests.Where(request => request.Start - requests[0].Start < FirstSeconds).Max(request => request.Latency);
        var sorted = first.Order().ToList();
        return new(pod, Milliseconds(first[0]), Milliseconds(At(sorted, 0.5)), Milliseconds(At(sorted, 0.99)), Milliseconds(inFirstSeconds), [.. first.Select(Milliseconds)]);
    }

    private static TimeSpan At(List<TimeSpan> sorted, double quantile) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * quantile))];

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}

/// <summary>In milliseconds.</summary>
/// <param name="SteadyRequests">How many the steady figures are of.</param>
internal sealed record StartLatencies(int SteadyRequests, double SteadyMedian, double SteadyP99, PodStart[] Pods)
{
    /// <summary>The slowest request to a new pod in its first 2 s, as a multiple of the steady p99.</summary>
    public double WorstRatio => Pods.Max(pod => pod.SlowestInFirst2Seconds) / SteadyP99;
}

/// <summary>The first requests of a pod, in milliseconds; but for the last figure of at most 100.</summary>
internal sealed record PodStart(string Pod, double First, double Median, double P99, double SlowestInFirst2Seconds, double[] Latencies);
