using System.Globalization;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// The configuration section <c>Shutdown</c>, in seconds. There is one number: what the orchestrator grants from the request to stop
/// until SIGKILL. The drain gets what is left of it, so a budget that does not fit cannot be written.
/// </summary>
public sealed class ShutdownOptions
{
    /// <summary>Kept free at the end, because the kubelet or a busy node may be late.</summary>
    public const double SpareSeconds = 5;

    /// <summary>Kubernetes terminationGracePeriodSeconds, Docker stop_grace_period, systemd TimeoutStopSec.</summary>
    public double GraceSeconds { get; set; } = 45;

    /// <summary>How much of it the preStop hook has used up before SIGTERM.</summary>
    public double PreStopSeconds { get; set; }

    /// <summary>
    /// How long new connections and requests are still served after the signal, while clients and balancers move away. In Development 0,
    /// unless the configuration says otherwise.
    /// </summary>
    public double DelaySeconds { get; set; } = 5;

    /// <summary>To close clients, flush telemetry, write the report and end the process.</summary>
    public double FlushSeconds { get; set; } = 3;

    /// <summary>How long work in flight may continue after the delay. Default: what is left of the grace period.</summary>
    public double DrainSeconds { get => _drainSeconds ?? LeftToDrainSeconds; set => _drainSeconds = value; }
    private double? _drainSeconds;

    /// <summary>The report's file. Default: /dev/termination-log where that exists, which is what <c>kubectl describe pod</c> shows.</summary>
    public string? ReportPath { get; set; }

    /// <summary>The most that <see cref="DrainSeconds"/> can be.</summary>
    internal double LeftToDrainSeconds => GraceSeconds - PreStopSeconds - DelaySeconds - FlushSeconds - SpareSeconds;

    /// <summary>Where <see cref="GraceSeconds"/> comes from: patching the pod's grace period does not change a literal in a variable.</summary>
    internal string SourceOfGrace { get; set; } = "its default";

    internal TimeSpan Delay => TimeSpan.FromSeconds(DelaySeconds);
    internal TimeSpan Flush => TimeSpan.FromSeconds(FlushSeconds);

    /// <summary>The latest end of the drain, counted from the signal.</summary>
    internal TimeSpan Deadline => TimeSpan.FromSeconds(DelaySeconds + DrainSeconds);

    /// <summary>
    /// The last part of the drain, in which hosted services are stopped even if a request is still running: they need time too.
    /// A third, because a queue or a bus closes faster than the slowest request is answered.
    /// </summary>
    internal TimeSpan Reserve => TimeSpan.FromSeconds(Math.Min(DrainSeconds / 3, 10));

    /// <summary>What the grace period is spent on in one line, for the log.</summary>
    public override string ToString()
    {
        var spare = SpareSeconds + LeftToDrainSeconds - DrainSeconds;
        return string.Create(CultureInfo.InvariantCulture,
            $"preStop {PreStopSeconds}, delay {DelaySeconds}, drain {DrainSeconds:0.###}, flush {FlushSeconds}, spare {spare:0.###}");
    }
}
