namespace Graceful.Service_1.Shutdown;

/// <summary>The log entries of a stop. The ids and names are fixed: alerts may rely on them.</summary>
internal static partial class ShutdownLog
{
    [LoggerMessage(EventId = 100, EventName = "ShutdownReport", Message =
        "Shutdown {Outcome}, exit code {ExitCode}, on {Reason}, in {TotalSeconds} s (delay {DelaySeconds}, drain {DrainSeconds}, flush {FlushSeconds}): " +
        "{InFlightAtSignal} in flight at the signal, {ArrivedAfterSignal} arrived after it, {Completed} completed, {Aborted} aborted{Details}")]
    public static partial void Report(this ILogger logger, LogLevel level, string outcome, int exitCode, string reason,
        double totalSeconds, double delaySeconds, double drainSeconds, double flushSeconds,
        long inFlightAtSignal, long arrivedAfterSignal, long completed, int aborted, string details);

    [LoggerMessage(EventId = 101, EventName = "ShutdownMisconfigured", Level = LogLevel.Critical, Message = "{Problem}")]
    public static partial void Misconfigured(this ILogger logger, string problem);

    [LoggerMessage(EventId = 102, EventName = "ShutdownBudget", Level = LogLevel.Information, Message = "Shutdown budget: {Budget}")]
    public static partial void Budget(this ILogger logger, ShutdownOptions budget);

    [LoggerMessage(EventId = 103, EventName = "ShutdownRequested", Level = LogLevel.Information,
        Message = "Stopping on {Reason}: {InFlight} in flight, serving on for {DelaySeconds} s")]
    public static partial void Stopping(this ILogger logger, string reason, long inFlight, double delaySeconds);

    [LoggerMessage(EventId = 104, EventName = "ShutdownWaiting", Level = LogLevel.Information, Message = "Still waiting for {Count}: {Oldest}")]
    public static partial void Waiting(this ILogger logger, int count, string oldest);

    [LoggerMessage(EventId = 105, EventName = "ShutdownAborting", Level = LogLevel.Warning, Message = "Aborting {Name} after {AgeSeconds} s")]
    public static partial void Aborting(this ILogger logger, string name, double ageSeconds);

    [LoggerMessage(EventId = 106, EventName = "ShutdownDisposalFailed", Level = LogLevel.Critical, Message = "Disposal failed")]
    public static partial void DisposalFailed(this ILogger logger, Exception exception);
}
