using Rollout.Load;
using Rollout.Model;
using Rollout.Targets;

namespace Rollout;

/// <summary>What a run has shown of one target. Times are seconds since its first pod was created.</summary>
internal sealed record TargetResult(Target Target, double DisruptedAt, double EndedAt, SeriesResult[] Series, PodResult[] Pods, IReadOnlyList<Step> Steps)
{
    public int Requests => Series.Sum(series => series.Requests);
    public int Failed => Series.Sum(series => series.Failed);
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
