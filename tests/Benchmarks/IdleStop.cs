namespace Benchmarks;

/// <summary>From SIGTERM to the end of an idle process, with no delay: what the ordered stop itself takes.</summary>
internal static class IdleStop
{
    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var stock = await workspace.BuildStockAsync();
        var graceful = await workspace.BuildGracefulAsync();
        var lean = await workspace.BuildGracefulAsync("--no-observability"); // The stock template has no telemetry either.
        return await Pairs.CompareAsync(rounds, [new Metric("SIGTERM to exit, ms", "0.0", AtMost: 1.2)],
            new Candidate("dotnet new webapi", () => MeasureAsync(stock, SampleRequest.OfStock)),
            new Candidate("graceful-webapi", () => MeasureAsync(graceful, SampleRequest.OfGraceful)),
            new Candidate("graceful-webapi --no-observability", () => MeasureAsync(lean, SampleRequest.OfGraceful)));
    });

    private static async Task<double[]> MeasureAsync(string assembly, SampleRequest request)
    {
        using var service = await ServiceProcess.StartAsync(assembly, request);
        await Task.Delay(500); // The start has its aftermath, such as compilation in the background.
        return [(await service.StopAsync()).TotalMilliseconds];
    }
}
