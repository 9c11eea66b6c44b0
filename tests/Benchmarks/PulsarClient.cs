using System.Reflection;
using GracefulTemplates.Sandboxes;

namespace Benchmarks;

/// <summary>The client library of workers: the package DotPulsar, or where that cannot be restored its stand-in. See <c>tests/Sandbox</c>.</summary>
internal static class PulsarClient
{
    private static readonly string StandIn = typeof(PulsarClient).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == DotPulsarProbe.Variable).Value!;

    public static bool IsStandIn => Environment.GetEnvironmentVariable(DotPulsarProbe.Variable) == StandIn;

    /// <summary>Sees to it for all that is built from now on.</summary>
    public static async Task ProvideAsync(string gracefulSolution)
    {
        var variables = await DotPulsarProbe.ProvideAsync(Path.Combine(Repository.Root, "tests", "Sandbox"),
            Path.Combine(gracefulSolution, "Directory.Packages.props"), Path.GetDirectoryName(gracefulSolution)!, StandIn);
        foreach (var (name, value) in variables) Environment.SetEnvironmentVariable(name, value); // The builds inherit them.
    }
}
