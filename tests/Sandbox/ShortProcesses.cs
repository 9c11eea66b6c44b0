using System.Runtime.CompilerServices;

namespace GracefulTemplates.Sandboxes;

/// <summary>What the tests start (builds, services, brokers) lives for seconds. Every test project links this file (../Directory.Build.props).</summary>
internal static class ShortProcesses
{
    /// <summary>
    /// Their runtime compiles nothing a second time in the first 65 s: that took an eighth of the processor time of `.ci/run` (perf, samples of the
    /// thread ".NET Tiered Compilation"), and is of no use to who ends before. Set from within, so that the tests' own process keeps it.
    /// </summary>
    [ModuleInitializer]
    internal static void CompileOnce() => Environment.SetEnvironmentVariable("DOTNET_TC_CallCountingDelayMs", "0xFFFF");
}
