using System.Diagnostics;

namespace GracefulTemplates.Tests.Services;

/// <summary>A pid namespace of its own, in which a program is PID 1 as in a container.</summary>
internal static class Pid1
{
    public static string[] Command => Environment.UserName == "root"
        ? ["unshare", "--pid", "--fork", "--mount-proc"]
        : ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];

    public static bool IsPossible()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        using var probe = Process.Start("env", [.. Command, "true"]);
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }
}

/// <summary>A test that needs a pid namespace; containers often forbid to make one.</summary>
internal sealed class Pid1FactAttribute : FactAttribute
{
    public Pid1FactAttribute() => Skip = Pid1.IsPossible() ? null : "No pid namespace can be made here (unshare).";
}
