namespace Graceful.Service_1.Shutdown;

/// <summary>Writes the report once: to its file, and as the last entry of the log.</summary>
/// <remarks>
/// The container disposes its singletons in reverse order of their creation, and this one is created together with the host:
/// everything the application made is gone by then, only the logger is still there.
/// </remarks>
internal sealed class ShutdownReportWriter(ShutdownReport report, ILogger<ShutdownReport> logger) : IDisposable
{
    private int _written;

    public void Write()
    {
        if (Interlocked.Exchange(ref _written, 1) == 1) return;
        report.WriteFile(); // First, for a log can block on a full pipe.
        var (outcome, exitCode, reason, error, seconds, work, messages, aborted, notListed) = report.ToDocument();
        var names = aborted?.Select(item => $"{item.Name} ({item.AgeSeconds} s)") ?? [];
        if (notListed > 0) names = names.Append($"and {notListed} more");
        var details = string.Concat(
            aborted is null ? "" : ": " + string.Join(", ", names),
            messages is null ? "" : $"; messages: {messages.Received} received, {messages.Completed} completed, {messages.Released} released, " +
                $"{messages.DeadLettered} dead-lettered, {messages.Aborted} aborted",
            error is null ? "" : "; " + error);
        logger.Report(exitCode == 0 ? LogLevel.Information : LogLevel.Error, outcome, exitCode, reason,
            seconds.Total, seconds.Delay, seconds.Drain, seconds.Flush,
            work.InFlightAtSignal, work.ArrivedAfterSignal, work.Completed, work.Aborted, details);
    }

    public void Dispose() => Write();
}
