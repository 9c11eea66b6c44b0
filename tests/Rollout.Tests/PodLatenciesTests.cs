using Rollout.Load;

namespace Rollout.Tests;

public sealed class PodLatenciesTests
{
    private static readonly TimeSpan Disrupted = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_start_is_the_first_hundred_requests_of_a_new_pod_beside_all_requests_before_the_rollout()
    {
        var latencies = new PodLatencies();
        for (var request = 0; request < 200; request++) latencies.Add("old", TimeSpan.FromSeconds(request / 20.0), TimeSpan.FromMilliseconds(10 + request / 100));
        latencies.Add("old", TimeSpan.FromSeconds(11), TimeSpan.FromMilliseconds(900)); // Not steady: the rollout had begun.
        for (var request = 199; request >= 0; request--) // In whatever order they end.
            latencies.Add("new", TimeSpan.FromSeconds(12 + request / 40.0), TimeSpan.FromMilliseconds(request switch { 0 => 80, 50 => 30, 90 => 70, 150 => 500, _ => 10 }));

        var starts = latencies.Of(["new"], Disrupted)!;

        Assert.Equal((200, 11, 11), (starts.SteadyRequests, starts.SteadyMedian, starts.SteadyP99));
        var pod = Assert.Single(starts.Pods);
        Assert.Equal(("new", 80, 10, 80, 80), (pod.Pod, pod.First, pod.Median, pod.P99, pod.SlowestInFirst2Seconds)); // 40 a second: 2 s are 80 requests.
        Assert.Equal(100, pod.Latencies.Length);
        Assert.Equal(80 / 11.0, starts.WorstRatio);
    }

    [Fact]
    public void Without_new_pods_or_clients_that_know_their_pod_there_are_none()
    {
        var latencies = new PodLatencies();
        Assert.Null(latencies.Of(["new"], Disrupted));
        latencies.Add("old", TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
        Assert.Null(latencies.Of(["new"], Disrupted));
    }
}
