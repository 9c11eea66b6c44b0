namespace Rollout.Model;

/// <summary>One Deployment: its pods and what replaces them.</summary>
internal sealed class Cluster(Deployment deployment, Func<IPodProcess> process, TimeProvider time, Journal journal, EndpointSlice slice) : IAsyncDisposable
{
    private static readonly TimeSpan ControllerPeriod = TimeSpan.FromSeconds(0.1);

    private readonly List<(Pod Pod, IPodProcess Process, Task Life)> _pods = [];
    private readonly List<Task> _stops = [];
    private List<Pod> _current = [];

    /// <summary>All there ever were.</summary>
    public IEnumerable<Pod> Pods => _pods.Select(entry => entry.Pod);

    /// <summary>How many were told to stop.</summary>
    public int Stopped => _stops.Count;

    /// <summary>A pod is told to stop.</summary>
    public event Action? Stopping;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var count = 0; count < deployment.Replicas; count++) _current.Add(Create());
        while (!_current.All(pod => pod.IsReady)) await WaitAsync(cancellationToken);
    }

    /// <summary>A rollout: a new version takes the place of the old one, step by step. Ends when the last old pod has.</summary>
    public async Task RollAsync(CancellationToken cancellationToken)
    {
        var update = new RollingUpdate(deployment.Replicas, deployment.MaxSurge, deployment.MaxUnavailable);
        var (old, current) = (_current, _current = []);
        while (old.Count > 0 || current.Count(pod => pod.IsAvailable) < deployment.Replicas)
        {
            for (var create = update.ToCreate(Count(old), Count(current)); create > 0; create--) current.Add(Create());
            for (var delete = update.ToDelete(Count(old), Count(current)); delete > 0; delete--)
            {
                var pod = old.MinBy(pod => pod.IsAvailable)!; // false comes first
                old.Remove(pod);
                Stopping?.Invoke();
                _stops.Add(pod.DeleteAsync());
            }
            await WaitAsync(cancellationToken);
        }
        await Task.WhenAll(_stops).WaitAsync(cancellationToken);
    }

    /// <summary>One pod after the other is stopped where it is, and replaced when it has ended.</summary>
    public async Task ReplaceEachAsync(Func<Pod, Task> stop, CancellationToken cancellationToken)
    {
        foreach (var pod in _current.ToList())
        {
            Stopping?.Invoke();
            var stopping = stop(pod);
            _stops.Add(stopping);
            await stopping.WaitAsync(cancellationToken);
            var replacement = Create();
            _current = [.. _current.Where(other => other != pod), replacement];
            while (!replacement.IsAvailable) await WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process, _) in _pods) process.Kill();
        await Task.WhenAll(_pods.Select(entry => entry.Life));
        foreach (var (_, process, _) in _pods) process.Dispose();
    }

    private static PodCount Count(List<Pod> pods) => new(pods.Count, pods.Count(pod => pod.IsAvailable));

    private Pod Create()
    {
        var started = process();
        var pod = new Pod($"pod-{_pods.Count + 1}", deployment, started, time, journal);
        slice.Add(pod);
        _pods.Add((pod, started, pod.RunAsync()));
        return pod;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_current.FirstOrDefault(pod => pod.HasExited) is { } dead)
            throw new InvalidOperationException($"{dead.Name} has ended with exit code {dead.ExitCode} on its own.");
        await Task.Delay(ControllerPeriod, time, cancellationToken);
    }
}
