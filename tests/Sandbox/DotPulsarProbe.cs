using System.Diagnostics;

namespace GracefulTemplates.Sandboxes;

/// <summary>
/// The client library of generated consumers: the package DotPulsar, or where that cannot be restored its stand-in. A source file that
/// test projects link.
/// </summary>
internal static class DotPulsarProbe
{
    /// <summary>
    /// The environment variable that Directory.Build.targets reads. Who sets it himself chooses another assembly, such as the real one
    /// built from its source.
    /// </summary>
    public const string Variable = "DotPulsarStandIn";

    private const string Redirect = "Directory.Build.targets";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Makes the library available to what is generated below a folder, without a change to it.</summary>
    /// <returns>What <see cref="Variable"/> has to be for its builds.</returns>
    /// <param name="sandbox">This folder, tests/Sandbox.</param>
    /// <param name="packages">The Directory.Packages.props of a generated project.</param>
    /// <param name="folder">It lies above the generated ones.</param>
    /// <param name="standIn">The assembly that tests/DotPulsar builds.</param>
    public static async Task<string?> ProvideAsync(string sandbox, string packages, string folder, string standIn)
    {
        File.Copy(Path.Combine(sandbox, Redirect), Path.Combine(folder, Redirect), overwrite: true);
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen
            ? chosen
            : await StandInAsync(sandbox, packages, Path.Combine(folder, "probe"), standIn);
    }

    /// <summary>Null: the real package can be had. Otherwise the stand-in.</summary>
    /// <param name="sandbox">This folder, tests/Sandbox.</param>
    /// <param name="packages">The Directory.Packages.props of a generated project.</param>
    /// <param name="folder">Where the probe may write; no project file lies above it.</param>
    /// <param name="standIn">The assembly that tests/DotPulsar builds.</param>
    /// <exception cref="InvalidOperationException">The restore failed for another reason: then neither would prove anything.</exception>
    public static async Task<string?> StandInAsync(string sandbox, string packages, string folder, string standIn)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(sandbox, "Probe.csproj"), Path.Combine(folder, "Probe.csproj"), overwrite: true);
        File.Copy(packages, Path.Combine(folder, "Directory.Packages.props"), overwrite: true);
        // Whatever lies above is not the question.
        await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.props"), "<Project />");
        await File.WriteAllTextAsync(Path.Combine(folder, Redirect), "<Project />");

        var start = new ProcessStartInfo("dotnet", ["restore", "Probe.csproj"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["NuGetAudit"] = "false";      // not the question, and it waits for the network
        using var restore = Process.Start(start)!;
        var output = restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync().WaitAsync(Patience);
        if (restore.ExitCode == 0)
            return null;
        return (await output).Contains("NU1101: Unable to find package DotPulsar", StringComparison.Ordinal)
            ? standIn
            : throw new InvalidOperationException($"The probe for DotPulsar failed for another reason than that it cannot be found: {await output}");
    }
}
