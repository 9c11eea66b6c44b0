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
        var document = report.ToDocument();
        var names = document.Aborted?.Select(item => $"{item.Name} ({item.AgeSeconds} s)") ?? [];
        if (document.AbortedNotListed is { } more) names = names.Append($"and {more} more");
        logger.Report(document, string.Concat(
            document.Aborted is null ? "" : ": " + string.Join(", ", names),
            document.Messages is not { } messages ? "" : $"; messages: {messages.Received} received, {messages.Completed} completed, " +
                $"{messages.Released} released, {messages.DeadLettered} dead-lettered, {messages.Aborted} aborted",
            document.Error is null ? "" : "; " + document.Error));
    }

    public void Dispose() => Write();
}
