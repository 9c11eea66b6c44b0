using System.Net.Sockets;
using Rollout.Model;

namespace Rollout.Tests;

public sealed class KubeProxyTests
{
    private static readonly Deployment Deployment = FakeCluster.Deployment(grace: 45, preStop: 20);

    private readonly FakeCluster _cluster = new();

    [Fact]
    public async Task It_learns_of_a_deletion_when_its_lag_has_passed()
    {
        var proxy = new KubeProxy(TimeSpan.FromSeconds(2), _cluster.Slice, _cluster.Time);
        var (first, _) = (await StartAsync("first"), await StartAsync("second"));
        await _cluster.AdvanceAsync(2.5);

        _ = first.DeleteAsync();

        await _cluster.AdvanceAsync(1.8);
        Assert.Equal(["first", "second"], Picks(proxy));
        await _cluster.AdvanceAsync(0.5);
        Assert.Equal(["second"], Picks(proxy));
    }

    [Fact]
    public async Task It_falls_back_to_pods_that_serve_while_terminating()
    {
        var proxy = new KubeProxy(TimeSpan.Zero, _cluster.Slice, _cluster.Time);
        var only = await StartAsync("only");
        await _cluster.AdvanceAsync(0.5);

        _ = only.DeleteAsync();
        await _cluster.AdvanceAsync(0.5);

        Assert.Equal(["only"], Picks(proxy));
    }

    [Fact]
    public void Without_endpoints_it_refuses()
    {
        var proxy = new KubeProxy(TimeSpan.Zero, _cluster.Slice, _cluster.Time);

        Assert.Throws<SocketException>(proxy.Pick);
    }

    private Task<Pod> StartAsync(string name) => _cluster.StartPodAsync(name, new FakeProcess(_cluster.Time, TimeSpan.Zero), Deployment);

    private static IEnumerable<string> Picks(KubeProxy proxy) =>
        Enumerable.Range(0, 200).Select(_ => proxy.Pick().Name).Distinct().Order();
}
