namespace Benchmarks;

/// <summary>The generated service as it is against the same without the machinery, under as much load as it can take.</summary>
/// <remarks>Each measurement has a new process: two processes of one program differ by some percent for as long as they live.</remarks>
internal static class Throughput
{
    private static readonly SampleRequest Cheapest = new(HttpMethod.Get, "/cheapest"); // The cheaper a request, the larger the share.

    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var folder = Workspace.ServiceFolder(await workspace.NewAsync("graceful-webapi"));
        var program = Path.Combine(folder, "Program.cs");
        Replace(program, ("app.MapJobs();", $"app.MapJobs();\napp.MapGet(\"{Cheapest.Path}\", () => \"\");"));
        var graceful = await workspace.BuildReleaseAsync(folder);
        Replace(program,
            ("using var signals = new ShutdownSignals();", ""),
            ("builder.AddGracefulShutdown(signals);", ""),
            ("builder.AddHealth();", ""),
            ("return await app.RunGracefullyAsync();", "app.Run();"));
        var without = await workspace.BuildReleaseAsync(folder);
        return await Pairs.CompareAsync(rounds, [new Metric("requests/s", "0", AtLeast: 0.99), new("µs of processor per request", "0.00")],
            new Candidate("without the machinery", () => MeasureAsync(without)),
            new Candidate("graceful-webapi", () => MeasureAsync(graceful)));
    });

    private static async Task<double[]> MeasureAsync(string assembly)
    {
        using var service = await ServiceProcess.StartAsync(assembly, Cheapest);
        using var load = new Load(service.Port, Cheapest.Path);
        load.Run(TimeSpan.FromSeconds(3)); // Until the hot path is compiled for good.
        var (time, processor) = (TimeSpan.FromSeconds(2), service.ProcessorTime);
        var requests = load.Run(time);
        return [requests / time.TotalSeconds, (service.ProcessorTime - processor).TotalMicroseconds / requests];
    }

    private static void Replace(string program, params (string Old, string New)[] lines)
    {
        var text = File.ReadAllText(program);
        foreach (var (old, replacement) in lines)
        {
            if (!text.Contains(old)) throw new InvalidOperationException($"{program} has no {old}");
            text = text.Replace(old, replacement);
        }
        File.WriteAllText(program, text);
    }
}
