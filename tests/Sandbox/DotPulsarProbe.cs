using System.Diagnostics;

namespace GracefulTemplates.Sandboxes;

/// <summary>
/// The client library of generated consumers: the package DotPulsar from the configured sources, else from the folder beside the
/// repository, else its stand-in. A source file that test projects link.
/// </summary>
internal static class DotPulsarProbe
{
    /// <summary>
    /// The environment variable that DotPulsar.targets reads. Who sets it himself chooses another assembly, such as the stand-in
    /// where the package can be had.
    /// </summary>
    public const string Variable = "DotPulsarStandIn";

    /// <summary>The property with which MSBuild imports a file into every project; a generated one has a Directory.Build.targets of its own.</summary>
    private const string Import = "CustomAfterDirectoryBuildTargets";

    private const string Redirect = "DotPulsar.targets";
    private const string AdditionalSources = "RestoreAdditionalProjectSources";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Makes the library available to what is generated below a folder, without a change to it.</summary>
    /// <returns>The environment variables that its builds need.</returns>
    /// <param name="sandbox">This folder, tests/Sandbox.</param>
    /// <param name="packages">The Directory.Packages.props of a generated project.</param>
    /// <param name="folder">It lies above the generated ones.</param>
    /// <param name="standIn">The assembly that tests/DotPulsar builds.</param>
    /// <exception cref="InvalidOperationException">The restore failed for another reason than that the package is missing: then nothing would prove anything.</exception>
    public static async Task<IReadOnlyDictionary<string, string?>> ProvideAsync(string sandbox, string packages, string folder, string standIn)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            return Replacement(sandbox, chosen);

        var probe = Path.Combine(folder, "probe");
        if (await RestoresAsync(sandbox, packages, probe, []))
            return new Dictionary<string, string?>();
        var shared = FromFolder(sandbox);
        return shared.Count > 0 && await RestoresAsync(sandbox, packages, probe, shared) ? shared : Replacement(sandbox, standIn);
    }

    private static Dictionary<string, string?> Replacement(string sandbox, string assembly) =>
        new() { [Variable] = assembly, [Import] = Path.GetFullPath(Path.Combine(sandbox, Redirect)) };

    // The packages of its restores lie in a cache of their own: under the same name and version the public feed has another file.
    private static Dictionary<string, string?> FromFolder(string sandbox)
    {
        var root = Path.GetFullPath(Path.Combine(sandbox, "..", ".."));
        var folder = Path.GetFullPath(Path.Combine(root, "..", "shared", "dotpulsar"));
        if (!Directory.Exists(folder))
            return [];
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return new()
        {
            [AdditionalSources] = folder,
            ["NUGET_PACKAGES"] = Path.Combine(root, "artifacts", "packages-of-shared-dotpulsar"),
            ["RestoreFallbackFolders"] = Directory.Exists(cache) ? cache : null, // All the others need not be fetched again.
        };
    }

    private static async Task<bool> RestoresAsync(string sandbox, string packages, string folder, Dictionary<string, string?> variables)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(sandbox, "Probe.csproj"), Path.Combine(folder, "Probe.csproj"), overwrite: true);
        File.Copy(packages, Path.Combine(folder, "Directory.Packages.props"), overwrite: true);
        // Whatever lies above is not the question.
        await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.props"), "<Project />");
        await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.targets"), "<Project />");

        var start = new ProcessStartInfo("dotnet", ["restore", "Probe.csproj"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment[Import] = null;
        start.Environment[Import] = null;
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["NuGetAudit"] = "false";      // not the question, and it waits for the network
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var restore = Process.Start(start)!;
        var output = restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync().WaitAsync(Patience);
        if (restore.ExitCode == 0)
            return true;
        return (await output).Contains("NU1101: Unable to find package DotPulsar", StringComparison.Ordinal)
            ? false
            : throw new InvalidOperationException($"The probe for DotPulsar failed for another reason than that it cannot be found: {await output}");
    }
}
