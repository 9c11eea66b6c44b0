using Rollout.Model;

namespace Rollout.Targets;

/// <summary>A service that is rolled out: its program, and the Deployment it runs under.</summary>
internal sealed record Target(string Name, string Summary, string Assembly, Deployment Deployment, bool IsGraceful)
{
    /// <summary>ENTRYPOINT in shell form: a shell is the parent, and passes no signal on.</summary>
    public bool ShellForm { get; init; }

    public IPodProcess CreateProcess() => new PodProcess(
        // Not PID 1 here, the shell would die of the signal. That it has a trap makes it wait for its child, as PID 1 it does so anyway.
        ShellForm ? ["/bin/sh", "-c", $"trap : TERM; dotnet '{Assembly}'; exit $?"] : ["dotnet", Assembly],
        Path.GetDirectoryName(Assembly)!, Deployment.Environment);
}
