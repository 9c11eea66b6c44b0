using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary><c>kubectl kustomize</c>, which needs no cluster.</summary>
internal static class Kubectl
{
    // The first one with components and with replacements that reach into lists.
    private static readonly Version Oldest = new(4, 5);

    private static readonly Lazy<string?> Reason = new(WhyNot);

    /// <summary>Why it cannot be used here; null when it can.</summary>
    public static string? Unavailable => Reason.Value;

    /// <summary>What would be applied.</summary>
    public static string Kustomize(string folder)
    {
        var (exitCode, output, error) = Run("kustomize", folder);
        Assert.True(exitCode == 0, $"kubectl kustomize {folder}: {error}");
        return output;
    }

    private static string? WhyNot()
    {
        try
        {
            var text = $"{JsonNode.Parse(Run("version", "--client", "--output=json").Output)!["kustomizeVersion"]}";
            return Version.TryParse(text.TrimStart('v'), out var version) && version >= Oldest
                ? null
                : $"kubectl has kustomize '{text}', older than {Oldest}.";
        }
        catch (Win32Exception)
        {
            return "kubectl is not installed.";
        }
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["GOGC"] = "off" }, // It ends before its garbage matters: 66 ms of the processor in place of 95 ms, three hundred times.
        })!;
        var error = kubectl.StandardError.ReadToEndAsync();
        var output = kubectl.StandardOutput.ReadToEnd();
        kubectl.WaitForExit();
        return (kubectl.ExitCode, output, error.Result);
    }
}

/// <summary>A theory that renders with kustomize.</summary>
internal sealed class KubectlTheoryAttribute : TheoryAttribute
{
    public KubectlTheoryAttribute() => Skip = Kubectl.Unavailable;
}

/// <summary>The same for a fact.</summary>
internal sealed class KubectlFactAttribute : FactAttribute
{
    public KubectlFactAttribute() => Skip = Kubectl.Unavailable;
}
