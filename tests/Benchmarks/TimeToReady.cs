using System.Diagnostics;

namespace Benchmarks;

/// <summary>From the start of the process to the first 200 that the template's sample gives: of stock as soon as it listens, of ours once it is ready.</summary>
internal static class TimeToReady
{
    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var stock = await workspace.BuildStockAsync();
        var graceful = await workspace.BuildGracefulAsync();
        var lean = await workspace.BuildGracefulAsync("--no-observability"); // The stock template has no telemetry either.
        return await Pairs.CompareAsync(rounds, [new Metric("start to first 200, ms", "0", AtMostMore: 500)],
            new Candidate("dotnet new webapi", () => MeasureStockAsync(stock)),
            new Candidate("graceful-webapi", () => MeasureAsync(graceful)),
            new Candidate("graceful-webapi --no-observability", () => MeasureAsync(lean)));
    });

    private static async Task<double[]> MeasureStockAsync(string assembly)
    {
        using var service = await ServiceProcess.StartAsync(assembly, SampleRequest.OfStock);
        return [service.TimeToReady.TotalMilliseconds];
    }

    private static async Task<double[]> MeasureAsync(string assembly)
    {
        using var service = await ServiceProcess.StartAsync(assembly, SampleRequest.OfReadiness);
        using var client = new HttpClient();
        using var message = SampleRequest.OfGraceful.ToMessage(service.Port);
        var begun = Stopwatch.GetTimestamp();
        using var response = (await client.SendAsync(message)).EnsureSuccessStatusCode();
        return [(service.TimeToReady + Stopwatch.GetElapsedTime(begun)).TotalMilliseconds];
    }
}
