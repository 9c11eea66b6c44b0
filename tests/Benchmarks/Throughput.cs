namespace Benchmarks;

/// <summary>The generated service as it is against the same without the middleware, under as much load as it can take.</summary>
/// <remarks>Each measurement has a new process: two processes of one program differ by some percent for as long as they live.</remarks>
internal static class Throughput
{
    private const string Middleware = "app.UseGracefulShutdown();";
    private static readonly SampleRequest Cheapest = new(HttpMethod.Get, "/healthz"); // The cheaper a request, the larger the share.

    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var folder = Workspace.ServiceFolder(await workspace.NewAsync("graceful-webapi"));
        var graceful = await workspace.BuildReleaseAsync(folder);
        RemoveMiddleware(Path.Combine(folder, "Program.cs"));
        var without = await workspace.BuildReleaseAsync(folder);
        return await Pairs.CompareAsync(rounds, [new Metric("requests/s", "0", AtLeast: 0.99), new("µs of processor per request", "0.00")],
            new Candidate("without the middleware", () => MeasureAsync(without)),
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

    private static void RemoveMiddleware(string program)
    {
        var text = File.ReadAllText(program);
        if (!text.Contains(Middleware)) throw new InvalidOperationException($"{program} has no {Middleware}");
        File.WriteAllText(program, text.Replace(Middleware, ""));
    }
}
