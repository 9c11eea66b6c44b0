namespace Graceful.Service_1.Shutdown;

/// <summary>How a stop ended. The report has it in lower case.</summary>
public enum ShutdownOutcome
{
    /// <summary>Exit code 0: everything in flight was finished. Also a stop while starting.</summary>
    Drained,

    /// <summary>
    /// Exit code 2: the deadline or the bound on the flush cut something off, a request failed in the reserve, or finished work could not be
    /// confirmed.
    /// </summary>
    Aborted,

    /// <summary>Exit code 130, 131 or 143: a second SIGINT, SIGQUIT or SIGTERM.</summary>
    Forced,

    /// <summary>
    /// Exit code 1: the start failed, or a background service crashed. Another one if the application set it by
    /// <see cref="Environment.ExitCode"/> and the stop itself was drained.
    /// </summary>
    Failed,
}
