using System.Globalization;

namespace Rollout.Model;

/// <summary>maxSurge or maxUnavailable: "1" or "25%".</summary>
internal readonly record struct IntOrPercent(string Text)
{
    public int Of(int replicas, bool roundUp)
    {
        if (!Text.EndsWith('%')) return int.Parse(Text, CultureInfo.InvariantCulture);
        var share = replicas * int.Parse(Text.TrimEnd('%'), CultureInfo.InvariantCulture) / 100.0;
        return (int)(roundUp ? Math.Ceiling(share) : Math.Floor(share));
    }
}

/// <summary>The pods of one version. A pod that was deleted is in none of the numbers, though it may drain for long.</summary>
internal readonly record struct PodCount(int Pods, int Available);

/// <summary>The arithmetic of the Deployment controller (rolling.go, reconcileNewReplicaSet and reconcileOldReplicaSets).</summary>
internal sealed class RollingUpdate
{
    private readonly int _replicas;
    private readonly int _maxPods;
    private readonly int _minAvailable;

    public RollingUpdate(int replicas, IntOrPercent maxSurge, IntOrPercent maxUnavailable)
    {
        var surge = maxSurge.Of(replicas, roundUp: true);
        var unavailable = maxUnavailable.Of(replicas, roundUp: false);
        if (surge == 0 && unavailable == 0) unavailable = 1; // As Kubernetes resolves percentages that both come to nothing.
        (_replicas, _maxPods, _minAvailable) = (replicas, replicas + surge, replicas - unavailable);
    }

    public int ToCreate(PodCount old, PodCount current) =>
        Math.Max(0, Math.Min(_replicas - current.Pods, _maxPods - old.Pods - current.Pods));

    /// <summary>How many old pods may go. Those that are not available go first, for nobody misses them.</summary>
    public int ToDelete(PodCount old, PodCount current)
    {
        var most = old.Pods + current.Pods - _minAvailable - (current.Pods - current.Available);
        if (most <= 0) return 0;
        var unhealthy = Math.Min(old.Pods - old.Available, most);
        var healthy = Math.Min(old.Pods - unhealthy, old.Available + current.Available - _minAvailable);
        return unhealthy + Math.Max(0, healthy);
    }
}
