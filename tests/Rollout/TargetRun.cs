using Rollout.Load;
using Rollout.Model;
using Rollout.Targets;

namespace Rollout;

/// <summary>One target under load while its pods are replaced.</summary>
internal sealed class TargetRun(Target target, Settings settings)
{
    /// <summary>Load before anything happens: the latencies that a disturbed service is compared with.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(4);

    /// <summary>The first requests of a process and of a client take their time to compile; they are not the measure.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time = TimeProvider.System;
    private Cluster? _cluster;
    private Workload? _load;
    private MessageLoad? _messages;

    public Target Target => target;

    public bool IsRunning => _load is not null;
    public int Stopped => _cluster?.Stopped ?? 0;
    public int Failed => _load?.Series.Sum(series => series.Failed) ?? 0;
    public int Requests => _load?.Series.Sum(series => series.Requests) ?? 0;

    /// <summary>Messages; null where the load is requests. What becomes of them is known at the end.</summary>
    public int? Published => _messages?.Published;

    /// <summary>How long it should take.</summary>
    public TimeSpan Estimate
    {
        get
        {
            var deployment = target.Deployment;
            var perPod = deployment.MinReadySeconds + 2.5;
            var replaced = settings.Scenario.Disruption == Disruption.Rollout
                ? deployment.Replicas * perPod + deployment.PreStopSeconds + 10
                : deployment.Replicas * (perPod + deployment.PreStopSeconds + 10);
            return WarmUp + Before + After + TimeSpan.FromSeconds(Math.Max(replaced, settings.Seconds));
        }
    }

    public async Task<TargetResult> RunAsync(CancellationToken cancellationToken)
    {
        var journal = new Journal(_time);
        var slice = new EndpointSlice(_time, journal);
        var timeline = new Timeline(journal);
        await using var messages = settings.Scenario.Transport == Transport.Messages ? await MessageLoad.StartAsync(settings.Broker) : null;
        var deployed = messages is null ? target : target with { Deployment = messages.Connect(target.Deployment) };
        await using var cluster = new Cluster(deployed.Deployment, deployed.CreateProcess, _time, journal, slice);
        cluster.Stopping += timeline.BeginStops;
        var routes = RoutesTo(slice);
        (_cluster, _messages) = (cluster, messages);
        try
        {
            await cluster.StartAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(settings.Lags.Max() + 0.5), cancellationToken); // Until every route knows the pods.
            var load = messages is null ? Load(timeline, routes) : Workload.Messages(messages);
            await (messages?.UntilSubscribedAsync(target.Deployment.Replicas, cancellationToken) ?? WarmUpAsync(routes, cancellationToken));
            _load = load;

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var clients = load.RunAsync(stop.Token);
            await Task.Delay(Before, cancellationToken);
            timeline.Disrupt();
            do await DisruptAsync(cluster, cancellationToken);
            while ((timeline.Now - timeline.DisruptedAt).TotalSeconds < settings.Seconds);
            await Task.Delay(After, cancellationToken);
            var ended = timeline.Now;
            await stop.CancelAsync();
            await clients;

            return new TargetResult(target, timeline.DisruptedAt.TotalSeconds, ended.TotalSeconds,
                [.. load.Series.Select(series => series.Result)], [.. cluster.Pods.Select(pod => PodResult.Of(pod, journal))], timeline.Steps,
                messages is null ? null : await messages.ResultAsync(),
                timeline.Latencies.Of([.. cluster.Pods.Skip(target.Deployment.Replicas).Select(pod => pod.Name)], timeline.DisruptedAt));
        }
        finally
        {
            foreach (var route in routes) await route.DisposeAsync();
        }
    }

    private Workload Load(Timeline timeline, IReadOnlyList<IRoute> routes) => settings.Scenario.Transport == Transport.Grpc
        ? Workload.Grpc(timeline, routes, target.IsGraceful)
        : Workload.Http(timeline, routes, longJobSeconds: (settings.PreStopSeconds ?? 5) + 3);

    // On a clock and in series of its own, so that it is in no result.
    private async Task WarmUpAsync(IReadOnlyList<IRoute> routes, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(WarmUp);
        var load = settings.Scenario.Transport == Transport.Grpc
            ? Workload.Grpc(new Timeline(new Journal(_time)), routes, target.IsGraceful)
            : Workload.Http(new Timeline(new Journal(_time)), routes, longJobSeconds: 0);
        await load.RunAsync(enough.Token);
    }

    private Task DisruptAsync(Cluster cluster, CancellationToken cancellationToken) => settings.Scenario.Disruption switch
    {
        Disruption.NodeShutdown => cluster.ReplaceEachAsync(pod => pod.ShutDownWithNodeAsync(), cancellationToken),
        Disruption.LivenessKill => cluster.ReplaceEachAsync(pod => pod.KillForLivenessAsync(), cancellationToken),
        _ => cluster.RollAsync(cancellationToken),
    };

    private IReadOnlyList<IRoute> RoutesTo(EndpointSlice slice) => settings.Scenario.Route switch
    {
        RouteKind.Ingress => [Ingress.Start(TimeSpan.FromSeconds(settings.Lags.Max()), slice, _time)],
        RouteKind.HealthCheckingBalancer => [new HealthCheckingBalancer(target.Deployment.Readiness, slice)],
        _ => [.. settings.Lags.Select(lag => new KubeProxy(TimeSpan.FromSeconds(lag), slice, _time))],
    };
}
