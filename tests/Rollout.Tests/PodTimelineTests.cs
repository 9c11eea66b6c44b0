using Rollout.Model;

namespace Rollout.Tests;

/// <summary>Against what was measured on Kubernetes 1.36.2.</summary>
public sealed class PodTimelineTests
{
    private const double Tolerance = 0.3;

    private readonly FakeCluster _cluster = new();

    // Measured: endpoint +0.11, readiness asked at +0.5 .. +7.5, SIGTERM +8.08, a request of 12 s ends at +11.6, endpoint gone +11.8.
    [Fact]
    public async Task A_deleted_pod_goes_the_way_that_a_real_one_went()
    {
        var process = new FakeProcess(_cluster.Time, TimeSpan.FromSeconds(12));
        var pod = await _cluster.StartPodAsync("pod", process, FakeCluster.Deployment(grace: 45, preStop: 8));
        process.BeginRequest();
        await _cluster.AdvanceAsync(0.4);
        var (deleted, probes) = (_cluster.Journal.Now.TotalSeconds, process.Probes);

        var stop = pod.DeleteAsync();
        await _cluster.AdvanceAsync(7.5);
        Assert.InRange(process.Probes - probes, 3, 4);
        await _cluster.AdvanceAsync(4.5);

        Assert.True(stop.IsCompleted);
        AssertAt(0, PodEvent.EndpointNotReady);
        AssertAt(8, PodEvent.SigTerm);
        AssertAt(11.6, PodEvent.Exited);
        AssertAt(11.8, PodEvent.EndpointRemoved);
        Assert.Equal(0, pod.ExitCode);

        void AssertAt(double expected, PodEvent what) =>
            Assert.InRange(_cluster.Seconds("pod", what) - deleted, expected - Tolerance, expected + Tolerance);
    }

    // Measured: grace 12, preStop 8, a request of 20 s: SIGTERM at +8.06, killed at +12, exit code 137.
    [Theory]
    [InlineData(12, 8, 8, 12)]
    [InlineData(8, 8, 8, 10)] // Never less than 2 s after SIGTERM.
    [InlineData(10, 0, 0, 10)]
    public async Task The_grace_period_counts_from_the_deletion(double grace, double preStop, double sigTerm, double sigKill)
    {
        var process = new FakeProcess(_cluster.Time, TimeSpan.FromSeconds(20));
        var pod = await _cluster.StartPodAsync("pod", process, FakeCluster.Deployment(grace, preStop));
        process.BeginRequest();
        var deleted = _cluster.Journal.Now.TotalSeconds;

        _ = pod.DeleteAsync();
        await _cluster.AdvanceAsync(sigKill + 1);

        Assert.InRange(_cluster.Seconds("pod", PodEvent.SigTerm) - deleted, sigTerm, sigTerm + Tolerance);
        Assert.InRange(_cluster.Seconds("pod", PodEvent.SigKill) - deleted, sigKill, sigKill + Tolerance);
        Assert.Equal(137, pod.ExitCode);
    }

    [Fact]
    public async Task A_pod_whose_node_shuts_down_keeps_its_endpoint_until_it_has_ended()
    {
        var process = new FakeProcess(_cluster.Time, TimeSpan.Zero);
        var pod = await _cluster.StartPodAsync("pod", process, FakeCluster.Deployment(grace: 45, preStop: 5));
        process.IsHealthy = false;

        _ = pod.ShutDownWithNodeAsync();
        await _cluster.AdvanceAsync(4.8);
        Assert.True(pod is { IsReady: true, IsTerminating: false });
        await _cluster.AdvanceAsync(1);

        Assert.Null(_cluster.Journal.At("pod", PodEvent.EndpointNotReady));
        Assert.NotNull(_cluster.Journal.At("pod", PodEvent.EndpointRemoved));
    }

    [Fact]
    public async Task A_pod_without_probes_is_ready_once_it_runs()
    {
        var process = new FakeProcess(_cluster.Time, TimeSpan.Zero) { IsHealthy = false };

        var pod = await _cluster.StartPodAsync("pod", process, FakeCluster.Deployment(grace: 30, preStop: 0) with { Startup = Probe.None, Readiness = Probe.None });

        Assert.True(pod.IsReady);
        Assert.Equal(0, process.Probes);
    }

    [Fact]
    public async Task A_connection_to_a_pod_that_has_ended_is_refused_and_a_moment_later_never_answered()
    {
        var process = new FakeProcess(_cluster.Time, TimeSpan.Zero);
        var pod = await _cluster.StartPodAsync("pod", process, FakeCluster.Deployment(grace: 45, preStop: 0));
        await pod.ConnectAsync(Protocol.Http1, CancellationToken.None);

        await pod.DeleteAsync();

        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => pod.ConnectAsync(Protocol.Http1, CancellationToken.None).AsTask());
        await _cluster.AdvanceAsync(0.5);
        var hanging = pod.ConnectAsync(Protocol.Http1, CancellationToken.None);
        await _cluster.AdvanceAsync(5);
        Assert.False(hanging.IsCompleted);
    }
}
