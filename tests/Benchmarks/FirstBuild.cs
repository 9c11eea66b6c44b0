using System.Diagnostics;

namespace Benchmarks;

/// <summary>From <c>dotnet new</c> to a built service, as one types it: with the restore that <c>dotnet new</c> does itself.</summary>
internal static class FirstBuild
{
    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(workspace =>
        Pairs.CompareAsync(rounds, [new Metric("new, restore and build, s", "0.0", AtMost: 1.5), new("of it new and restore, s", "0.0"), new("of it build, s", "0.0")],
            new Candidate("dotnet new webapi", () => MeasureAsync(workspace, "webapi", folder => folder)),
            new Candidate("graceful-webapi", () => MeasureAsync(workspace, "graceful-webapi", Workspace.ServiceFolder)),
            new Candidate("graceful-webapi --no-observability --no-tests", () =>
                MeasureAsync(workspace, "graceful-webapi", Workspace.ServiceFolder, "--no-observability", "--no-tests"))));

    private static async Task<double[]> MeasureAsync(Workspace workspace, string template, Func<string, string> service, params string[] options)
    {
        var clock = Stopwatch.StartNew();
        var folder = await workspace.NewAsync(template, options);
        var generated = clock.Elapsed.TotalSeconds;
        await workspace.BuildAsync(service(folder));
        var built = clock.Elapsed.TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return [built, generated, built - generated];
    }
}
