using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Graceful.Service_1.Shutdown;

internal static class ProcessExit
{
    /// <summary>Ends the process without running any more of its code.</summary>
    [DoesNotReturn]
    public static void Now(int exitCode)
    {
        // Environment.Exit runs ProcessExit handlers, which may be what hangs; SIGKILL to oneself does nothing as PID 1.
        if (!OperatingSystem.IsWindows()) ExitNow(exitCode);
        Environment.Exit(exitCode);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitNow(int exitCode);
}
