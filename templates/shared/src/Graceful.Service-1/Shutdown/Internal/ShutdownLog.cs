namespace Graceful.Service_1.Shutdown;

/// <summary>The log entries of a stop. The ids and names are fixed: alerts may rely on them.</summary>
/// <remarks>
/// Where the numbers of every stop are objects, they share the compiled code of entries with as many references: 15 ms less than with
/// code for each combination of long and double.
/// </remarks>
internal static partial class ShutdownLog
{
    // Not by [LoggerMessage]: for more than six parameters that makes a type of its own, which is compiled while the process ends.
#pragma warning disable CA1848, CA1873
    public static void Report(this ILogger logger, LogLevel level, string outcome, int exitCode, string reason,
        double totalSeconds, double delaySeconds, double drainSeconds, double flushSeconds,
        long inFlightAtSignal, long arrivedAfterSignal, long completed, int aborted, string details) =>
        logger.Log(level, new EventId(100, "ShutdownReport"),
            "Shutdown {Outcome}, exit code {ExitCode}, on {Reason}, in {TotalSeconds} s (delay {DelaySeconds}, drain {DrainSeconds}, flush {FlushSeconds}): " +
            "{InFlightAtSignal} in flight at the signal, {ArrivedAfterSignal} arrived after it, {Completed} completed, {Aborted} aborted{Details}",
            outcome, exitCode, reason, totalSeconds, delaySeconds, drainSeconds, flushSeconds, inFlightAtSignal, arrivedAfterSignal, completed, aborted, details);
#pragma warning restore CA1848, CA1873

    [LoggerMessage(101, LogLevel.Critical, "{Problem}", EventName = "ShutdownMisconfigured")]
    public static partial void Misconfigured(this ILogger logger, string problem);

    [LoggerMessage(102, LogLevel.Information, "Shutdown budget: grace {GraceSeconds} s: {Budget}. GraceSeconds from {Source}", EventName = "ShutdownBudget")]
    public static partial void Budget(this ILogger logger, object graceSeconds, ShutdownOptions budget, string source);

    [LoggerMessage(103, LogLevel.Information, "Stopping on {Reason}: {InFlight} in flight, serving on for {DelaySeconds} s", EventName = "ShutdownRequested")]
    public static partial void StopRequested(this ILogger logger, string reason, object inFlight, object delaySeconds);

    [LoggerMessage(104, LogLevel.Information, "Still waiting for {Count}: {Oldest}", EventName = "ShutdownWaiting")]
    public static partial void Waiting(this ILogger logger, int count, string oldest);

    [LoggerMessage(105, LogLevel.Warning, "Aborting {Name} after {AgeSeconds} s", EventName = "ShutdownAborting")]
    public static partial void Aborting(this ILogger logger, string name, double ageSeconds);

    [LoggerMessage(106, LogLevel.Critical, "Disposal failed", EventName = "ShutdownDisposalFailed")]
    public static partial void DisposalFailed(this ILogger logger, Exception exception);

    [LoggerMessage(107, LogLevel.Information, "Draining: {InFlight} in flight, {DrainSeconds} s at most", EventName = "ShutdownDraining")]
    public static partial void Draining(this ILogger logger, object inFlight, object drainSeconds);

    [LoggerMessage(108, LogLevel.Information, "Stopped; disposing and flushing, {FlushSeconds} s at most", EventName = "ShutdownFlushing")]
    public static partial void Flushing(this ILogger logger, object flushSeconds);

    [LoggerMessage(109, LogLevel.Warning, "Only {ReserveSeconds} s are left: hosted services are stopped without waiting for {Names}", EventName = "ShutdownReserve")]
    public static partial void Reserve(this ILogger logger, double reserveSeconds, string names);

    [LoggerMessage(110, LogLevel.Error, "{Name} failed to stop", EventName = "ShutdownStopFailed")]
    public static partial void StopFailed(this ILogger logger, string name, Exception exception);

    [LoggerMessage(111, LogLevel.Error, "This service does not drain: end Program.cs with \"return await app.RunGracefullyAsync();\" instead of app.Run()",
        EventName = "ShutdownNotWired")]
    public static partial void NotWired(this ILogger logger);

    [LoggerMessage(112, LogLevel.Warning, "HostOptions.ShutdownTimeout {Seconds} s has no effect; Shutdown:GraceSeconds bounds the stop",
        EventName = "ShutdownTimeoutIgnored")]
    public static partial void TimeoutIgnored(this ILogger logger, double seconds);

    [LoggerMessage(113, LogLevel.Warning, "{Name} is registered as transient: a crash of it is not seen. Register it with AddHostedService",
        EventName = "ShutdownTransientService")]
    public static partial void Transient(this ILogger logger, string name);
}
