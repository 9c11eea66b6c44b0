using System.Diagnostics;
using System.Text.Json;

namespace Graceful.Service_1.Shutdown;

/// <summary>Collects what happens during a stop. <see cref="ShutdownReportWriter"/> writes it down.</summary>
public sealed class ShutdownReport
{
    private readonly Lock _gate = new();
    private readonly List<AbortedWork> _aborted = [];
    private (long Begun, long Ended) _atEnd;
    private (long Begun, long Ended)? _atSignal;
    private TimeSpan? _delayed, _drained;
    private long _requestedAt;
    private int _abortedItems, _failedInReserve;
    private int? _forcedExitCode;
    private string? _error;
    private int? _failureExitCode;
    private bool _cutOff;

    public ShutdownOutcome Outcome
    {
        get
        {
            lock (_gate)
                return _failureExitCode is not null ? ShutdownOutcome.Failed
                    : _forcedExitCode is not null ? ShutdownOutcome.Forced
                    : _cutOff ? ShutdownOutcome.Aborted
                    : Environment.ExitCode != 0 ? ShutdownOutcome.Failed : ShutdownOutcome.Drained;
        }
    }

    public int ExitCode => Outcome switch
    {
        ShutdownOutcome.Drained => 0,
        ShutdownOutcome.Aborted => 2,
        ShutdownOutcome.Forced => _forcedExitCode!.Value,
        _ => _failureExitCode ?? Environment.ExitCode,
    };

    /// <summary>Who asked for the stop: a signal's name, "StopApplication", or what failed.</summary>
    public string Reason { get; private set; } = "none";

    /// <summary>Time since T0; zero before.</summary>
    internal TimeSpan Elapsed => _requestedAt == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_requestedAt);

    /// <summary>Something that was cut off, such as a hosted service, or that could not be brought to its end. The exit code is 2.</summary>
    public void AddAborted(string name, TimeSpan age)
    {
        lock (_gate)
        {
            _cutOff = true;
            _aborted.Add(new AbortedWork(Shorten(name), Round(age)));
        }
    }

    /// <summary>T0. False when the stop had been requested before: the first one counts.</summary>
    internal bool RequestStop(string reason)
    {
        lock (_gate)
        {
            if (_requestedAt != 0) return false;
            (Reason, _requestedAt) = (reason, Stopwatch.GetTimestamp());
            return true;
        }
    }

    /// <summary>A lifetime of somebody else's (systemd, Windows service) handles the signal first and calls StopApplication.</summary>
    internal void CorrectReason(string signal)
    {
        lock (_gate) Reason = signal;
    }

    internal void Force(int exitCode)
    {
        lock (_gate) _forcedExitCode ??= exitCode;
    }

    /// <summary>A start that failed or a background service that crashed. The first one counts.</summary>
    internal void Fail(Exception exception) => Fail($"{exception.GetType().Name}: {exception.Message}");

    internal void Fail(string error)
    {
        lock (_gate) (_failureExitCode, _error) = (1, _failureExitCode is null ? error : _error);
    }

    /// <summary>What was in flight when it was cut off, oldest first, and the totals at that moment.</summary>
    internal void AddAborted(IReadOnlyList<WorkItem> items, (long Begun, long Ended) totals)
    {
        lock (_gate)
        {
            foreach (var item in items) AddAborted(item.Name, item.Age);
            (_abortedItems, _atEnd) = (items.Count, totals);
        }
    }

    /// <summary>The process is ended while something still hangs.</summary>
    internal void Hang(string where)
    {
        lock (_gate) (_cutOff, _error) = (true, _error ?? where);
    }

    /// <summary>The application has called Environment.Exit.</summary>
    internal void Exit(int exitCode)
    {
        lock (_gate)
        {
            (_cutOff, _error) = (true, _error ?? "Environment.Exit was called");
            if (exitCode != 0) _failureExitCode ??= exitCode;
        }
    }

    /// <summary>A request that failed in the reserve: what it needed may have been stopped.</summary>
    internal void AddFailedInReserve(WorkItem item)
    {
        lock (_gate)
        {
            AddAborted(item.Name, item.Age);
            _failedInReserve++;
        }
    }

    /// <summary>How many of those there are.</summary>
    internal int FailedInReserve { get { lock (_gate) return _failedInReserve; } }

    internal void BeginDelay((long Begun, long Ended) totals) => (_atSignal, _atEnd) = (totals, totals);
    internal void EndDelay() => _delayed = Elapsed;
    internal void SkipDelay() => _delayed = TimeSpan.Zero;
    internal void EndDrain((long Begun, long Ended) totals) => (_drained, _atEnd) = (Elapsed, totals);

    /// <summary>The report with as many names as fit.</summary>
    /// <param name="sections">What transports add. There are none before the host is built.</param>
    internal ShutdownReportDocument ToDocument(Dictionary<string, JsonElement>? sections = null)
    {
        lock (_gate)
        {
            for (var listed = _aborted.Count; ; listed = listed * 3 / 4)
            {
                var document = ToDocument(listed, sections);
                if (listed == 0 || document.Fits) return document;
            }
        }
    }

    private ShutdownReportDocument ToDocument(int listed, Dictionary<string, JsonElement>? sections)
    {
        var start = _atSignal ?? _atEnd; // Without a stop, as on Environment.Exit or a crash, all that counts is what was cut off.
        var inFlight = start.Begun - start.Ended;
        var arrived = _atEnd.Begun - start.Begun;
        var total = Elapsed;
        var delayed = _delayed ?? total;
        var drained = _drained ?? total;
        var aborted = _abortedItems + _failedInReserve;
        return new(Outcome.ToString().ToLowerInvariant(), ExitCode, Reason, _error is null ? null : Shorten(_error),
            new(Round(total), Round(delayed), Round(drained - delayed), Round(total - drained)),
            new(inFlight, arrived, inFlight + arrived - aborted, aborted),
            listed == 0 ? null : [.. _aborted.Take(listed)],
            listed == _aborted.Count ? null : _aborted.Count - listed)
        {
            Sections = sections,
        };
    }

    private static string Shorten(string text)
    {
        const int maxLength = 300;
        return text.Length <= maxLength ? text : text[..maxLength] + "…";
    }

    private static double Round(TimeSpan time) => Math.Round(time.TotalSeconds, 1);
}
