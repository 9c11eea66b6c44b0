using System.Globalization;
using PulsarBroker.Control;

namespace Benchmarks;

/// <summary>The generated worker against the same one with the loop of the client's <c>Process()</c>, on a topic that is full.</summary>
/// <remarks>The jobs take no time, so all of it is the loop, the client and the broker: <c>tests/PulsarBroker</c>, a process of its own.</remarks>
internal static class WorkerThroughput
{
    private const int Messages = 100_000;
    private const string Topic = "jobs";
    private const string Subscription = "shop";

    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var solution = await workspace.NewAsync("graceful-pulsar-worker", "--no-restore");
        await PulsarClient.ProvideAsync(solution);
        if (PulsarClient.IsStandIn)
            return "Not measured: the package DotPulsar cannot be restored here, and its stand-in has no Process(). Set DotPulsarStandIn to a DotPulsar.dll.";
        var folder = Workspace.ServiceFolder(solution);
        var graceful = await workspace.BuildReleaseAsync(folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Peers", "PulsarWorker.cs"), Path.Combine(folder, "Messaging", "PulsarWorker.cs"), overwrite: true);
        var process = await workspace.BuildReleaseAsync(folder);
        // The default, which the client's delay limits; and one that does not limit anything.
        return await CompareAsync(200) + "\n" + await CompareAsync(1000);

        Task<string> CompareAsync(int prefetch) => Pairs.CompareAsync(rounds,
            [new Metric(FormattableString.Invariant($"messages/s, prefetch {prefetch}"), "0", AtLeast: 0.95), new("µs of processor per message", "0.0")],
            new Candidate("Process() of the client", () => MeasureAsync(process, prefetch)),
            new Candidate("graceful-pulsar-worker", () => MeasureAsync(graceful, prefetch)));
    });

    private static async Task<double[]> MeasureAsync(string assembly, int prefetch)
    {
        await using var broker = await BrokerProcess.StartAsync();
        await broker.Control.PublishAsync(new() { Topic = Topic, Count = Messages, Payload = """{"name":"m-{n}","seconds":0}""" });
        using var worker = await ServiceProcess.StartAsync(assembly, SampleRequest.OfWorker,
            Settings(broker, ("Pulsar__Prefetch", prefetch.ToString(CultureInfo.InvariantCulture))));

        await UntilAsync(Messages / 4); // Until the hot path is compiled for good.
        var (processor, started, before) = (worker.ProcessorTime, TimeProvider.System.GetTimestamp(), await AcknowledgedAsync());
        await UntilAsync(Messages);
        var messages = Messages - before;
        return [messages / TimeProvider.System.GetElapsedTime(started).TotalSeconds, (worker.ProcessorTime - processor).TotalMicroseconds / messages];

        async Task UntilAsync(long count)
        {
            while (await AcknowledgedAsync() < count) await Task.Delay(5);
        }

        async Task<long> AcknowledgedAsync() =>
            (await broker.Control.StatisticsAsync(Topic)).Subscriptions.TryGetValue(Subscription, out var subscription) ? subscription.Acknowledged : 0;
    }

    /// <summary>What a worker needs to consume from the broker.</summary>
    public static (string, string)[] Settings(BrokerProcess broker, params (string, string)[] more) =>
    [
        ("Pulsar__ServiceUrl", broker.ServiceUrl.OriginalString),
        ("Pulsar__Topic", $"persistent://public/default/{Topic}"),
        ("Pulsar__Subscription", Subscription),
        .. more,
    ];
}
