using System.Collections.Immutable;
using System.Net.Sockets;

namespace Rollout.Model;

/// <summary>Where a client's new connection goes.</summary>
internal interface IRoute : IAsyncDisposable
{
    string Name { get; }

    ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken);
}

/// <summary>
/// The kube-proxy of one node. It decides for a new connection only, at random among what it believes to be ready; else among what
/// still serves while terminating. No health check, no retry; connections that exist stay where they are.
/// </summary>
/// <remarks>Nothing stands between client and pod, as with iptables and nftables: only the destination of the connection is rewritten.</remarks>
internal sealed class KubeProxy : IRoute
{
    private readonly TimeSpan _lag;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private ImmutableArray<Endpoint> _endpoints = [];
    private int _version;

    public KubeProxy(TimeSpan lag, EndpointSlice slice, TimeProvider time)
    {
        (_lag, _time) = (lag, time);
        slice.Published += (version, endpoints) => _ = LearnAsync(version, endpoints);
    }

    public string Name => FormattableString.Invariant($"kube-proxy, {_lag.TotalSeconds} s behind");

    public ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken) =>
        Pick().ConnectAsync(protocol, cancellationToken);

    /// <summary>The pod for a new connection.</summary>
    public Pod Pick()
    {
        ImmutableArray<Endpoint> endpoints;
        lock (_gate) endpoints = _endpoints;
        Endpoint[] candidates = [.. endpoints.Where(endpoint => endpoint.Ready)];
        if (candidates.Length == 0) candidates = [.. endpoints.Where(endpoint => endpoint is { Serving: true, Terminating: true })];
        if (candidates.Length == 0) throw new SocketException((int)SocketError.ConnectionRefused);
        return candidates[Random.Shared.Next(candidates.Length)].Pod;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task LearnAsync(int version, ImmutableArray<Endpoint> endpoints)
    {
        await Task.Delay(_lag, _time);
        lock (_gate) if (version > _version) (_version, _endpoints) = (version, endpoints);
    }
}

/// <summary>A load balancer that sends to pods and asks each of them itself, as one in front of virtual machines does.</summary>
internal sealed class HealthCheckingBalancer : IRoute
{
    private const int FailureThreshold = 2;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Probe _probe;
    private readonly Lock _gate = new();
    private readonly Dictionary<Pod, int> _failures = [];
    private readonly Task _checks;
    private ImmutableArray<Pod> _pods = [];

    public HealthCheckingBalancer(Probe readiness, EndpointSlice slice)
    {
        _probe = readiness with { TimeoutSeconds = 1 };
        slice.Published += (_, endpoints) => { lock (_gate) _pods = [.. endpoints.Select(endpoint => endpoint.Pod)]; };
        _checks = CheckAsync();
    }

    public string Name => "balancer that asks every second, two failures take a pod out";

    public ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken)
    {
        Pod[] healthy;
        lock (_gate) healthy = [.. _pods.Where(pod => _failures.GetValueOrDefault(pod, FailureThreshold) < FailureThreshold)];
        if (healthy.Length == 0) throw new SocketException((int)SocketError.ConnectionRefused);
        return healthy[Random.Shared.Next(healthy.Length)].ConnectAsync(protocol, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _checks;
    }

    private async Task CheckAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.WhenAll(_pods.Select(async pod =>
            {
                var healthy = await pod.AnswersAsync(_probe);
                lock (_gate) _failures[pod] = healthy ? 0 : _failures.GetValueOrDefault(pod, FailureThreshold) + 1;
            }));
            await Task.Delay(Period, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
