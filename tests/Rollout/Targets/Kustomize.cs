using System.ComponentModel;
using CliWrap;
using CliWrap.Buffered;

namespace Rollout.Targets;

/// <summary>What would be applied to a cluster.</summary>
internal static class Kustomize
{
    /// <summary>By <c>kubectl kustomize</c>, which needs no cluster; without kubectl the files as they stand, which hold the same numbers.</summary>
    public static async Task<string> RenderAsync(string folder)
    {
        try
        {
            var result = await Cli.Wrap("kubectl").WithArguments(["kustomize", folder]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
            if (result.IsSuccess) return result.StandardOutput;
        }
        catch (Win32Exception)
        {
            // There is no kubectl.
        }
        return await File.ReadAllTextAsync(Path.Combine(folder, "deployment.yaml"));
    }
}
