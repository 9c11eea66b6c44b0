using System.Globalization;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// The configuration section <c>Shutdown</c>, in seconds. One number rules: what the orchestrator grants from the request to stop
/// until SIGKILL. The drain is what is left of it, so a budget that does not fit cannot be written.
/// </summary>
public sealed class ShutdownOptions
{
    /// <summary>Kept free at the end, for the kubelet and a busy node to be late in.</summary>
    public const double SpareSeconds = 5;

    private const double MinDrainSeconds = 1;
    private const double MaxSeconds = 24 * 60 * 60;
    private static readonly string[] Keys =
        [nameof(GraceSeconds), nameof(PreStopSeconds), nameof(DelaySeconds), nameof(DrainSeconds), nameof(FlushSeconds), nameof(ReportPath)];

    /// <summary>Kubernetes terminationGracePeriodSeconds, Docker stop_grace_period, systemd TimeoutStopSec.</summary>
    public double GraceSeconds { get; private init; }

    /// <summary>How much of it the preStop hook has used up before SIGTERM.</summary>
    public double PreStopSeconds { get; private init; }

    /// <summary>How long new connections and requests are still served after the signal, while clients and balancers move away.</summary>
    public double DelaySeconds { get; private init; }

    /// <summary>How long work in flight may go on after the delay: what is left of the grace period, unless it is set to less.</summary>
    public double DrainSeconds { get; private init; }

    /// <summary>For closing clients, flushing telemetry and writing the report.</summary>
    public double FlushSeconds { get; private init; }

    /// <summary>The report's file. Default: /dev/termination-log where that exists, which is what <c>kubectl describe pod</c> shows.</summary>
    public string? ReportPath { get; private init; }

    /// <summary>Why the service must not start with this configuration; null when it is sound.</summary>
    /// <remarks>Not an exception, because the host has to be built before there is a logger to tell it to.</remarks>
    public string? Problem { get; private init; }

    internal TimeSpan Delay => TimeSpan.FromSeconds(DelaySeconds);
    internal TimeSpan Flush => TimeSpan.FromSeconds(FlushSeconds);

    /// <summary>The latest end of the drain, counted from the signal.</summary>
    internal TimeSpan Deadline => TimeSpan.FromSeconds(DelaySeconds + DrainSeconds);

    /// <summary>The budget in one line, for the log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"grace {GraceSeconds} s: preStop {PreStopSeconds}, delay {DelaySeconds}, drain {DrainSeconds}, flush {FlushSeconds}, spare {GraceSeconds - PreStopSeconds - DelaySeconds - DrainSeconds - FlushSeconds}");

    internal static ShutdownOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Shutdown");
        List<string> problems = [];
        var grace = Seconds(nameof(GraceSeconds), 45);
        var preStop = Seconds(nameof(PreStopSeconds), 0);
        var delay = Seconds(nameof(DelaySeconds), 5);
        var flush = Seconds(nameof(FlushSeconds), 3);
        var left = grace - preStop - delay - flush - SpareSeconds;
        var drain = Seconds(nameof(DrainSeconds), left);

        foreach (var key in section.GetChildren().Select(child => child.Key).Except(Keys, StringComparer.OrdinalIgnoreCase))
            problems.Add($"Shutdown:{key} is not a setting; there are {string.Join(", ", Keys)}.");
        if (configuration["shutdownTimeoutSeconds"] is not null)
            problems.Add("shutdownTimeoutSeconds is derived here; set Shutdown:GraceSeconds instead.");
        if (problems.Count == 0 && (drain < MinDrainSeconds || drain > left))
            problems.Add(Sum(grace, preStop, delay, flush, left) + (left < MinDrainSeconds
                ? string.Create(CultureInfo.InvariantCulture, $"; at least {MinDrainSeconds} is needed. Raise GraceSeconds to {grace - left + MinDrainSeconds} or more, together with the orchestrator's grace period, or lower the others.")
                : string.Create(CultureInfo.InvariantCulture, $"; DrainSeconds {drain} must be from {MinDrainSeconds} to that. Leave it out to use all that is left.")));

        return new ShutdownOptions
        {
            GraceSeconds = grace, PreStopSeconds = preStop, DelaySeconds = delay, DrainSeconds = Math.Max(drain, 0), FlushSeconds = flush,
            ReportPath = section[nameof(ReportPath)],
            Problem = problems.Count == 0 ? null : "Shutdown configuration: " + string.Join(" ", problems),
        };

        double Seconds(string key, double fallback)
        {
            if (section[key] is not { Length: > 0 } text) return fallback;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= MaxSeconds) return value;
            problems.Add($"Shutdown:{key} is '{text}', but must be a number of seconds from 0 to {MaxSeconds}.");
            return fallback;
        }
    }

    private static string Sum(double grace, double preStop, double delay, double flush, double left) => string.Create(CultureInfo.InvariantCulture,
        $"GraceSeconds {grace} - PreStopSeconds {preStop} - DelaySeconds {delay} - FlushSeconds {flush} - spare {SpareSeconds} leaves {left} s to drain");
}
