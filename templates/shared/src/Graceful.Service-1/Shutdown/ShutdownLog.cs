namespace Graceful.Service_1.Shutdown;

/// <summary>The log entries of a stop. The ids and names are fixed: alerts may rely on them.</summary>
/// <remarks>
/// Not by [LoggerMessage], which makes types of its own for every entry. To compile those took 6.5 of the 36 ms of an idle stop for
/// ShutdownRequested alone; what these use was compiled for the entries of the start.
/// </remarks>
internal static class ShutdownLog
{
    public static void Report(this ILogger logger, ShutdownReportDocument report, string details) => logger.Log(
        report.ExitCode == 0 ? LogLevel.Information : LogLevel.Error, new EventId(100, "ShutdownReport"),
        "Shutdown {Outcome}, exit code {ExitCode}, on {Reason}, in {TotalSeconds} s (delay {DelaySeconds}, drain {DrainSeconds}, flush {FlushSeconds}): " +
        "{InFlightAtSignal} in flight at the signal, {ArrivedAfterSignal} arrived after it, {Completed} completed, {Aborted} aborted{Details}",
        report.Outcome, report.ExitCode, report.Reason,
        report.Seconds.Total, report.Seconds.Delay, report.Seconds.Drain, report.Seconds.Flush,
        report.Work.InFlightAtSignal, report.Work.ArrivedAfterSignal, report.Work.Completed, report.Work.Aborted, details);

    public static void Misconfigured(this ILogger logger, string problem) =>
        logger.LogCritical(new EventId(101, "ShutdownMisconfigured"), "{Problem}", problem);

    public static void Budget(this ILogger logger, ShutdownOptions budget) =>
        logger.LogInformation(new EventId(102, "ShutdownBudget"), "Shutdown budget: {Budget}", budget);

    public static void Stopping(this ILogger logger, string reason, long inFlight, double delaySeconds) =>
        logger.LogInformation(new EventId(103, "ShutdownRequested"),
            "Stopping on {Reason}: {InFlight} in flight, serving on for {DelaySeconds} s", reason, inFlight, delaySeconds);

    public static void Waiting(this ILogger logger, int count, string oldest) =>
        logger.LogInformation(new EventId(104, "ShutdownWaiting"), "Still waiting for {Count}: {Oldest}", count, oldest);

    public static void Aborting(this ILogger logger, string name, double ageSeconds) =>
        logger.LogWarning(new EventId(105, "ShutdownAborting"), "Aborting {Name} after {AgeSeconds} s", name, ageSeconds);

    public static void DisposalFailed(this ILogger logger, Exception exception) =>
        logger.LogCritical(new EventId(106, "ShutdownDisposalFailed"), exception, "Disposal failed");
}
