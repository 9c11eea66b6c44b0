using System.Text;
using System.Text.Json;

namespace Graceful.Service_1.Shutdown;

/// <summary>What happened during the stop, as at most 4096 bytes of JSON: what Kubernetes keeps of a termination message.</summary>
public sealed class ShutdownReport(ShutdownSignals signals)
{
    private const int MaxBytes = 4096;
    private const int MaxTextLength = 300;
    private const string TerminationLog = "/dev/termination-log";

    private readonly Lock _gate = new();
    private readonly List<AbortedWork> _aborted = [];
    private (long Begun, long Ended) _atSignal, _atEnd;
    private TimeSpan? _delayed, _drained;
    private MessageCounts? _messages;
    private int _abortedItems;
    private string? _error;
    private bool _failed, _cutOff;

    /// <summary>0 drained, 1 failed, 2 aborted, 130 / 131 / 143 forced by a second SIGINT / SIGQUIT / SIGTERM.</summary>
    public int ExitCode => _failed ? 1 : signals.ForcedExitCode ?? (_cutOff ? 2 : 0);

    public string Outcome => _failed ? "failed" : signals.ForcedExitCode is not null ? "forced" : _cutOff ? "aborted" : "drained";

    public string Reason => signals.Reason;

    /// <summary>For a consumer of messages to count into; asking for it puts the part <c>messages</c> into the report.</summary>
    public MessageCounts Messages => _messages ??= new MessageCounts(signals.Requested);

    /// <summary>Where the report goes, if not to the termination log. There is no configuration before the host is built.</summary>
    internal string? Path { get; set; } = Environment.GetEnvironmentVariable("Shutdown__ReportPath");

    /// <summary>What the service is doing right now; says where it hung.</summary>
    internal string Step { get; set; } = "starting";

    /// <summary>A start that failed or a background service that crashed. The first one counts.</summary>
    internal void Fail(Exception exception) => Fail($"{exception.GetType().Name}: {exception.Message}");

    internal void Fail(string error)
    {
        lock (_gate) (_failed, _error) = (true, _failed ? _error : error);
    }

    internal bool NamesAborted { get { lock (_gate) return _aborted.Count > 0; } }

    /// <summary>What was in flight at the deadline, oldest first, and the totals at that moment.</summary>
    internal void AddAborted(IReadOnlyList<WorkItem> items, (long Begun, long Ended) totals)
    {
        lock (_gate)
        {
            foreach (var item in items) AddAborted(item.Name, item.Age);
            (_abortedItems, _atEnd) = (items.Count, totals);
        }
    }

    /// <summary>Something else that was cut off, such as a background service.</summary>
    internal void AddAborted(string name, TimeSpan age)
    {
        lock (_gate)
        {
            _cutOff = true;
            _aborted.Add(new AbortedWork(Shorten(name), Round(age)));
        }
    }

    /// <summary>The bound on the flush, or a second signal, ends the process while something still hangs.</summary>
    internal void Hung(string error)
    {
        lock (_gate) (_cutOff, _error) = (true, _error ?? error);
    }

    internal void Requested((long Begun, long Ended) totals) => _atEnd = _atSignal = totals;
    internal void DelayIsOver() => _delayed = signals.Elapsed;
    internal void DrainIsOver((long Begun, long Ended) totals) => (_drained, _atEnd) = (signals.Elapsed, totals);

    /// <summary>The report with as many names as fit.</summary>
    internal ShutdownReportDocument ToDocument()
    {
        lock (_gate)
        {
            for (var listed = _aborted.Count; ; listed = listed * 3 / 4)
            {
                var document = Document(listed);
                if (listed == 0 || Serialize(document).Length <= MaxBytes) return document;
            }
        }
    }

    internal string ToJson() => Encoding.UTF8.GetString(Serialize(ToDocument()));

    /// <summary>Writes the file. A failure is said on standard error and changes nothing else.</summary>
    internal void WriteFile()
    {
        var path = Path ?? (File.Exists(TerminationLog) ? TerminationLog : null);
        if (path is null) return;
        try
        {
            File.WriteAllText(path, ToJson());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Console.Error.WriteLine($"The shutdown report could not be written to '{path}' (Shutdown:ReportPath): {e.Message}");
        }
    }

    private ShutdownReportDocument Document(int listed)
    {
        var inFlight = _atSignal.Begun - _atSignal.Ended;
        var arrived = _atEnd.Begun - _atSignal.Begun;
        var total = signals.Elapsed;
        var delayed = _delayed ?? total;
        var drained = _drained ?? total;
        return new(Outcome, ExitCode, Reason, _error is null ? null : Shorten(_error),
            new(Round(total), Round(delayed), Round(drained - delayed), Round(total - drained)),
            new(inFlight, arrived, inFlight + arrived - _abortedItems, _aborted.Count),
            _messages,
            listed == 0 ? null : [.. _aborted.Take(listed)],
            listed == _aborted.Count ? null : _aborted.Count - listed);
    }

    private static byte[] Serialize(ShutdownReportDocument document) =>
        JsonSerializer.SerializeToUtf8Bytes(document, ReportJson.Readable.ShutdownReportDocument);

    private static string Shorten(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength] + "…";
    private static double Round(TimeSpan time) => Math.Round(time.TotalSeconds, 1);
}
