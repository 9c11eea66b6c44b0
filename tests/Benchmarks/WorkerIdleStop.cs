using PulsarBroker.Control;

namespace Benchmarks;

/// <summary>From SIGTERM to the end of a worker that is connected and has nothing to do, against a host that has nothing in it.</summary>
internal static class WorkerIdleStop
{
    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        await using var broker = await BrokerProcess.StartAsync();
        var solution = await workspace.NewAsync("graceful-pulsar-worker", "--no-restore");
        await PulsarClient.ProvideAsync(solution);
        var worker = await workspace.BuildReleaseAsync(Workspace.ServiceFolder(solution));
        var empty = await workspace.BuildReleaseAsync(await workspace.NewAsync("web", "--no-https"));
        return await Pairs.CompareAsync(rounds, [new Metric("SIGTERM to exit, ms", "0.0", AtMostMore: 200)],
            new Candidate("dotnet new web", IdleStop.At(empty, SampleRequest.OfEmpty)),
            new Candidate("graceful-pulsar-worker", IdleStop.At(worker, SampleRequest.OfReadiness, WorkerThroughput.Settings(broker, "jobs"))));
    });
}
