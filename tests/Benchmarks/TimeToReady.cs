namespace Benchmarks;

/// <summary>From the start of the process to the first 200 of the template's sample.</summary>
internal static class TimeToReady
{
    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var stock = await workspace.BuildStockAsync();
        var graceful = await workspace.BuildGracefulAsync();
        var lean = await workspace.BuildGracefulAsync("--no-observability"); // The stock template has no telemetry either.
        return await Pairs.CompareAsync(rounds, [new Metric("start to first 200, ms", "0")],
            new Candidate("dotnet new webapi", () => MeasureAsync(stock, SampleRequest.OfStock)),
            new Candidate("graceful-webapi", () => MeasureAsync(graceful, SampleRequest.OfGraceful)),
            new Candidate("graceful-webapi --no-observability", () => MeasureAsync(lean, SampleRequest.OfGraceful)));
    });

    private static async Task<double[]> MeasureAsync(string assembly, SampleRequest request)
    {
        using var service = await ServiceProcess.StartAsync(assembly, request);
        return [service.TimeToReady.TotalMilliseconds];
    }
}
