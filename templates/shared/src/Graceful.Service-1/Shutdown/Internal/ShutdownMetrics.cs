using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>The meter <c>Graceful.Shutdown</c>. The names are fixed: alerts may rely on them.</summary>
internal sealed class ShutdownMetrics
{
    /// <summary>Finest where drains end: most within seconds, the others near a deadline of 30 s or, with a longer grace period, of minutes.</summary>
    private static readonly InstrumentAdvice<double> DrainSeconds =
        new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 2.5, 5, 7.5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 120, 300, 600, 1800, 3600] };

    private readonly Histogram<double> _drainDuration;
    private readonly Counter<long> _aborted, _stops;

    public ShutdownMetrics(IMeterFactory meters, InFlightWork inFlight, IOptions<ShutdownOptions> options)
    {
        var meter = meters.Create("Graceful.Shutdown");
        meter.CreateObservableUpDownCounter("shutdown.work.in_flight", () => inFlight.Count, "{item}", "Requests, calls and other work in flight.");
        meter.CreateObservableGauge("shutdown.deadline", () => options.Value.Deadline.TotalSeconds, "s", "From the signal until work is aborted.");
        _drainDuration = meter.CreateHistogram("shutdown.drain.duration", "s", "From the signal until the last piece of work was done.", null, DrainSeconds);
        _aborted = meter.CreateCounter<long>("shutdown.work.aborted", "{item}", "Work cut off by the deadline or a second signal, or failed in the reserve.");
        _stops = meter.CreateCounter<long>("shutdown.stops", "{stop}", "Stops by their outcome, as it was when the flush began.");
    }

    /// <summary>Sends 0 of everything: a panel shows "none" and not "no data".</summary>
    public void Start()
    {
        _aborted.Add(0);
        foreach (var outcome in Enum.GetValues<ShutdownOutcome>()) AddStop(outcome, 0);
    }

    public void Drained(TimeSpan duration, ShutdownOutcome outcome)
    {
        _drainDuration.Record(duration.TotalSeconds);
        AddStop(outcome, 1);
    }

    public void Aborted(int count) => _aborted.Add(count);

    private void AddStop(ShutdownOutcome outcome, int count) =>
        _stops.Add(count, new KeyValuePair<string, object?>("shutdown.outcome", outcome.ToString().ToLowerInvariant()));
}
