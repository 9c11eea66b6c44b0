using System.Collections.Concurrent;
using System.Reflection;
using GracefulTemplates.Sandboxes;

namespace GracefulTemplates.Tests.Services;

/// <summary>The client library of generated consumers: the package, or where that cannot be had its stand-in.</summary>
internal static class DotPulsarPackage
{
    /// <summary>The stand-in's assembly, with what it needs beside it.</summary>
    public static string StandIn { get; } =
        typeof(DotPulsarPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == DotPulsarProbe.Variable).Value!;

    /// <summary>By what a generated project says of its packages: the probe is two restores.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyDictionary<string, string?>>>> Provided = [];

    /// <summary>Makes it available to what is built in the sandbox, without a change to what was generated.</summary>
    public static async Task ProvideAsync(Sandbox sandbox, string generated)
    {
        var packages = Path.Combine(generated, "Directory.Packages.props");
        var variables = Provided.GetOrAdd(await File.ReadAllTextAsync(packages),
            _ => new(() => DotPulsarProbe.ProvideAsync(Path.Combine(Repository.Root, "tests", "Sandbox"), packages, sandbox.Folder, StandIn)));
        foreach (var (name, value) in await variables.Value)
            sandbox.Variables[name] = value;
    }

    /// <summary>Set where the tests were told to use another assembly.</summary>
    public static string? Replaced { get; } =
        Environment.GetEnvironmentVariable(DotPulsarProbe.Variable) is { Length: > 0 } assembly ? $"{DotPulsarProbe.Variable} is {assembly}." : null;

    /// <summary>Whether the sandbox has only the stand-in.</summary>
    public static bool IsStandIn(Sandbox sandbox) => sandbox.Variables.GetValueOrDefault(DotPulsarProbe.Variable) == StandIn;
}
