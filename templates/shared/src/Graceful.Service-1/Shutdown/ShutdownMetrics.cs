using System.Diagnostics.Metrics;

namespace Graceful.Service_1.Shutdown;

/// <summary>The meter <c>Graceful.Shutdown</c>.</summary>
internal sealed class ShutdownMetrics
{
    private readonly Histogram<double> _drainDuration;
    private readonly Counter<long> _aborted;

    public ShutdownMetrics(IMeterFactory meters, InFlightWork inFlight)
    {
        var meter = meters.Create("Graceful.Shutdown");
        meter.CreateObservableUpDownCounter("shutdown.work.in_flight", () => inFlight.Count, "{item}", "Requests, calls and messages at work.");
        _drainDuration = meter.CreateHistogram<double>("shutdown.drain.duration", "s", "From the signal until the last piece of work was done.");
        _aborted = meter.CreateCounter<long>("shutdown.work.aborted", "{item}", "Work cut off by the deadline or a second signal.");
    }

    public void Drained(TimeSpan duration) => _drainDuration.Record(duration.TotalSeconds);
    public void Aborted(int count) => _aborted.Add(count);
}
