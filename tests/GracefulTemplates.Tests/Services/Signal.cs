using System.Runtime.InteropServices;

namespace GracefulTemplates.Tests.Services;

/// <summary>The signals by their numbers on Linux and macOS.</summary>
public enum Signal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
}

/// <summary>kill(2).</summary>
internal static class Signals
{
    public static void Send(this Signal signal, int processId) =>
        Assert.True(Kill(processId, (int)signal) == 0, $"No process {processId} to be sent {signal}.");

    /// <summary>Kills what is left of a process group.</summary>
    public static void EndGroup(int groupId) => Kill(-groupId, (int)Signal.Kill);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}
