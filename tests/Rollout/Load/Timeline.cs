using Rollout.Model;

namespace Rollout.Load;

/// <summary>Failures and work in flight, in steps of a quarter of a second.</summary>
internal sealed class Timeline(Journal clock)
{
    public const double StepSeconds = 0.25;

    private readonly Lock _gate = new();
    private readonly List<Step> _steps = [];
    private int _inFlight;

    public PodLatencies Latencies { get; } = new();

    /// <summary>When the replacement of pods began, with the start of a new one for instance.</summary>
    public TimeSpan DisruptedAt { get; private set; }

    /// <summary>A pod has been told to stop.</summary>
    public bool HasStops { get; private set; }

    public TimeSpan Now => clock.Now;

    /// <summary>From the first step on, without a gap.</summary>
    public IReadOnlyList<Step> Steps
    {
        get { lock (_gate) return [.. _steps]; }
    }

    public void Disrupt() => DisruptedAt = clock.Now;

    public void BeginStops() => HasStops = true;

    public void Begin()
    {
        lock (_gate)
        {
            _inFlight++;
            Record(clock.Now, 0);
        }
    }

    public void End()
    {
        lock (_gate)
        {
            Record(clock.Now, 0);
            _inFlight--;
        }
    }

    public void Fail(TimeSpan at)
    {
        lock (_gate) Record(at, 1);
    }

    private void Record(TimeSpan at, int failed)
    {
        var index = (int)(at.TotalSeconds / StepSeconds);
        while (_steps.Count <= index) _steps.Add(new Step(0, _inFlight));
        var step = _steps[index];
        _steps[index] = new Step(step.Failed + failed, Math.Max(step.InFlight, _inFlight));
    }
}

/// <param name="InFlight">The most there was at once.</param>
internal readonly record struct Step(int Failed, int InFlight);
