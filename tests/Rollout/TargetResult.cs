using Rollout.Load;
using Rollout.Model;
using Rollout.Targets;

namespace Rollout;

/// <summary>What a run has shown of one target. Times are seconds since its first pod was created.</summary>
/// <param name="Messages">Where the load was messages; then it has no series.</param>
/// <param name="Starts">How the new pods answered their first requests, where clients know which pod they talk to.</param>
internal sealed record TargetResult(
    Target Target, double DisruptedAt, double EndedAt, SeriesResult[] Series, PodResult[] Pods, IReadOnlyList<Step> Steps, MessageResult? Messages = null,
    StartLatencies? Starts = null)
{
    /// <summary>Or messages.</summary>
    public int Requests => Series.Sum(series => series.Requests) + (Messages?.Published ?? 0);

    public int Failed => Series.Sum(series => series.Failed) + (Messages?.Failed ?? 0);
}

/// <param name="StoppedAt">Deleted, or told to stop otherwise; null: it was left in peace.</param>
internal sealed record PodResult(
    string Name, double CreatedAt, double? ReadyAt, double? StoppedAt, double? SigTermAt, double? ExitedAt, int? ExitCode, bool WasKilled)
{
    public double? StopSeconds => ExitedAt - SigTermAt;

    public static PodResult Of(Pod pod, Journal journal)
    {
        return new(pod.Name, At(PodEvent.Created) ?? 0, At(PodEvent.Ready),
            At(PodEvent.Deleted) ?? At(PodEvent.NodeShutdown) ?? At(PodEvent.LivenessKill),
            At(PodEvent.SigTerm), At(PodEvent.Exited), pod.ExitCode, At(PodEvent.SigKill) is not null);

        double? At(PodEvent what) => journal.At(pod.Name, what)?.TotalSeconds;
    }
}
