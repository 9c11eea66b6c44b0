namespace Benchmarks;

/// <summary>From SIGTERM to the end of an idle process, with no delay: what the ordered stop itself takes.</summary>
internal static class IdleStop
{
    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var stock = new Candidate("dotnet new webapi", At(await workspace.BuildStockAsync(), SampleRequest.OfStock));
        var lean = new Candidate("graceful-webapi --no-observability", At(await workspace.BuildGracefulAsync("--no-observability"), SampleRequest.OfGraceful));
        var solution = await workspace.NewAsync("graceful-webapi");
        var graceful = new Candidate("graceful-webapi", At(await workspace.BuildReleaseAsync(Workspace.ServiceFolder(solution)), SampleRequest.OfGraceful));
        var stockWithTelemetry = new Candidate("dotnet new webapi with the same OpenTelemetry",
            At(await workspace.BuildStockWithTelemetryAsync(solution), SampleRequest.OfStock));

        // Like with like: the stock template has no telemetry, and to dispose of it takes time.
        Metric[] metrics = [new("SIGTERM to exit, ms", "0.0", AtMostMore: 40)];
        return await Pairs.CompareAsync(rounds, metrics, stock, lean) + "\n" + await Pairs.CompareAsync(rounds, metrics, stockWithTelemetry, graceful);
    });

    /// <summary>One measurement of a service.</summary>
    public static Func<Task<double[]>> At(string assembly, SampleRequest request, params (string, string)[] environment) => async () =>
    {
        using var service = await ServiceProcess.StartAsync(assembly, request, environment);
        await Task.Delay(500); // The start has its aftermath, such as compilation in the background.
        return [(await service.StopAsync()).TotalMilliseconds];
    };
}
