using System.Reflection;
using GracefulTemplates.Sandboxes;

namespace GracefulTemplates.Tests.Services;

/// <summary>
/// The client library of generated consumers: the package, or where that cannot be restored its stand-in. Whoever sets the variable
/// DotPulsarStandIn himself chooses another assembly, such as the real one built from its source.
/// </summary>
internal static class DotPulsarPackage
{
    private const string Variable = "DotPulsarStandIn";

    private static string Redirect { get; } = Path.Combine(Repository.Root, "tests", "Sandbox");

    /// <summary>The stand-in's assembly, with what it needs beside it.</summary>
    public static string StandIn { get; } =
        typeof(DotPulsarPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == Variable).Value!;

    /// <summary>Makes it available to what is built in the sandbox, without a change to what was generated.</summary>
    public static async Task ProvideAsync(Sandbox sandbox, string generated)
    {
        File.Copy(Path.Combine(Redirect, "Directory.Build.targets"), Path.Combine(sandbox.Folder, "Directory.Build.targets"));
        sandbox.Variables[Variable] = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen
            ? chosen
            : await DotPulsarProbe.StandInAsync(Redirect, Path.Combine(generated, "Directory.Packages.props"), Path.Combine(sandbox.Folder, "probe"), StandIn);
    }
}
