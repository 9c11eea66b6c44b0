using Microsoft.Extensions.Time.Testing;
using Rollout.Model;

namespace Rollout.Tests;

/// <summary>Pods without processes, on a clock that the test turns.</summary>
internal sealed class FakeCluster
{
    public FakeTimeProvider Time { get; } = new();
    public Journal Journal { get; }
    public EndpointSlice Slice { get; }

    public FakeCluster()
    {
        Journal = new Journal(Time);
        Slice = new EndpointSlice(Time, Journal);
    }

    public static Deployment Deployment(double grace, double preStop) => new()
    {
        Replicas = 1, MaxSurge = new IntOrPercent("1"), MaxUnavailable = new IntOrPercent("0"), MinReadySeconds = 0,
        GraceSeconds = grace, PreStopSeconds = preStop,
        Startup = new Probe("/healthz", 1, 1, 60), Readiness = new Probe("/ready", 2, 1, 2), Environment = new Dictionary<string, string>(),
    };

    /// <summary>A pod that is ready.</summary>
    public async Task<Pod> StartPodAsync(string name, FakeProcess process, Deployment deployment)
    {
        var pod = new Pod(name, deployment, process, Time, Journal);
        Slice.Add(pod);
        _ = pod.RunAsync();
        await AdvanceAsync(1);
        Assert.True(pod.IsReady);
        return pod;
    }

    /// <summary>In small steps, between which everything that is due gets its turn.</summary>
    public async Task AdvanceAsync(double seconds)
    {
        const double Step = 0.05;
        for (var left = seconds; left > Step / 2; left -= Step)
        {
            Time.Advance(TimeSpan.FromSeconds(Step));
            await Task.Delay(1);
        }
    }

    public double Seconds(string pod, PodEvent what) =>
        Journal.At(pod, what)?.TotalSeconds ?? throw new InvalidOperationException($"{pod} had no {what}: {string.Join(", ", Journal.Entries)}");
}
