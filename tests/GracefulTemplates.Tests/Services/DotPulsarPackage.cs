using System.Reflection;
using GracefulTemplates.Sandboxes;

namespace GracefulTemplates.Tests.Services;

/// <summary>The client library of generated consumers: the package, or where that cannot be restored its stand-in.</summary>
internal static class DotPulsarPackage
{
    /// <summary>The stand-in's assembly, with what it needs beside it.</summary>
    public static string StandIn { get; } =
        typeof(DotPulsarPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == DotPulsarProbe.Variable).Value!;

    /// <summary>Makes it available to what is built in the sandbox, without a change to what was generated.</summary>
    public static async Task ProvideAsync(Sandbox sandbox, string generated) => sandbox.Variables[DotPulsarProbe.Variable] = await DotPulsarProbe.ProvideAsync(
        Path.Combine(Repository.Root, "tests", "Sandbox"), Path.Combine(generated, "Directory.Packages.props"), sandbox.Folder, StandIn);
}
