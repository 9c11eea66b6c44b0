using System.Text.Json;

namespace Graceful.Service_1.Shutdown;

/// <summary>Writes the report once: to its file, and as the last entry of the log.</summary>
/// <remarks>
/// The container disposes its singletons in reverse order of their creation, and this one is created together with the host:
/// everything the application made is gone by then, only the logger is still there.
/// </remarks>
internal sealed class ShutdownReportWriter(ShutdownSignals signals, IConfiguration configuration, IEnumerable<IReportSection> sections,
    IEnumerable<ILoggerProvider> logs, ILoggerFactory loggers, ILogger<ShutdownReport> logger) : IDisposable
{
    private const string TerminationLog = "/dev/termination-log";

    private readonly IReportSection[] _sections = [.. sections];
    private readonly Lock _gate = new(), _writing = new();
    private volatile bool _written;

    public void Write()
    {
        lock (_writing) WriteOnce(); // Whoever comes second wants to end the process: not before the entry is in the log.
    }

    private void WriteOnce()
    {
        if (_written) return;
        _written = true;
        var document = WriteFile(); // First, for a log can block on a full pipe.
        var names = document.Aborted?.Select(item => $"{item.Name} ({item.AgeSeconds} s)") ?? [];
        if (document.AbortedNotListed is { } more) names = names.Append($"and {more} more");
        var details = string.Concat(
            document.Aborted is null ? "" : ": " + string.Join(", ", names),
            document.Sections is null ? "" : Text(document.Sections),
            document.Error is null ? "" : "; " + document.Error);
        logger.Report(document.ExitCode == 0 ? LogLevel.Information : LogLevel.Error, document.Outcome, document.ExitCode, document.Reason,
            document.Seconds.Total, document.Seconds.Delay, document.Seconds.Drain, document.Seconds.Flush,
            document.Work.InFlightAtSignal, document.Work.ArrivedAfterSignal, document.Work.Completed, document.Work.Aborted, details);
    }

    /// <summary>Writes it for a process that ends at once: also if it was written before and has changed since.</summary>
    public void WriteAndFlush()
    {
        var document = WriteFile();
        if (_written) Console.Error.WriteLine($"Shutdown report, changed: {document.ToJson()}");
        Write();
        foreach (var log in logs) log.Dispose(); // Flushes what is in their queues. Their factory would not: it does not own them.
        loggers.Dispose(); // The factory is all there is of Serilog.
    }

    // The sequence and the watchdog may come here together: the later of the two documents has to be the last one written.
    private ShutdownReportDocument WriteFile()
    {
        lock (_gate)
        {
            // Without sections none of that is compiled at the end of every stop.
            var document = signals.Report.ToDocument(_sections.Length == 0 ? null : ReadSections());
            WriteFile(document, configuration["Shutdown:ReportPath"]);
            return document;
        }
    }

    private static string Text(Dictionary<string, JsonElement> sections) => string.Concat(sections.Select(section =>
        $"; {section.Key}: {string.Join(", ", section.Value.EnumerateObject().Select(count => $"{count.Value} {count.Name}"))}"));

    // They are the application's: one that throws, or has the name of another, costs only itself.
    private Dictionary<string, JsonElement> ReadSections()
    {
        Dictionary<string, JsonElement> read = [];
        foreach (var section in _sections)
        {
            try
            {
                read.Add(section.Name, ShutdownReportDocument.ToJson(section.Counts));
            }
            catch (Exception e)
            {
                Console.Error.WriteLine($"{section.GetType().Name} is not in the shutdown report. {e.GetType().Name}: {e.Message}");
            }
        }
        return read;
    }

    /// <summary>A failure is said on standard error and changes nothing else.</summary>
    /// <param name="document">What to write.</param>
    /// <param name="path">Null: the termination log, where there is one.</param>
    public static void WriteFile(ShutdownReportDocument document, string? path)
    {
        path ??= File.Exists(TerminationLog) ? TerminationLog : null;
        if (path is null) return;
        try
        {
            File.WriteAllText(path, document.ToJson());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Console.Error.WriteLine($"The shutdown report could not be written to '{path}' (Shutdown:ReportPath): {e.Message}");
        }
    }

    public void Dispose()
    {
        if (signals.RunsGracefully) Write(); // Without RunGracefullyAsync nobody has watched the stop.
    }
}
