using System.Globalization;
using PulsarBroker.Control;

namespace Benchmarks;

/// <summary>
/// The generated worker against the same one with the loop of the client's <c>Process()</c>, on a topic that is full; on Apache Pulsar
/// where it is, else on <c>tests/PulsarBroker</c>.
/// </summary>
/// <remarks>The jobs take no time, so all of it is the loop, the client and the broker, which is a process of its own.</remarks>
internal static class WorkerThroughput
{
    private const int Messages = 30_000;
    private const string Subscription = "tests"; // The one that ApachePulsar makes with a topic.

    public static Task<string> RunAsync(int rounds) => Workspace.UseAsync(async workspace =>
    {
        var solution = await workspace.NewAsync("graceful-pulsar-worker", "--no-restore");
        await PulsarClient.ProvideAsync(solution);
        if (PulsarClient.IsStandIn)
            return "Not measured: the package DotPulsar cannot be restored here, and its stand-in has no Process(). Set DotPulsarStandIn to a DotPulsar.dll.";
        var folder = Workspace.ServiceFolder(solution);
        var graceful = await workspace.BuildReleaseAsync(folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Peers", "PulsarWorker.cs"), Path.Combine(folder, "Messaging", "Internal", "PulsarWorker.cs"), overwrite: true);
        var process = await workspace.BuildReleaseAsync(folder);

        var missing = ApachePulsar.Missing(Repository.Root);
        await using ITestBroker broker = missing is null
            ? await ApachePulsar.StartAsync(Repository.Root)
            : await BrokerProcess.StartAsync();
        var page = missing is null ? "On Apache Pulsar, standalone.\n" : $"On tests/PulsarBroker. {missing}\n";
        // The default prefetch, which the client's delay limits, and one that does not limit anything.
        foreach (var batchSize in (int[])[1, 100])
            foreach (var prefetch in (int[])[200, 1000])
                page += "\n" + await CompareAsync(prefetch, batchSize);
        return page;

        Task<string> CompareAsync(int prefetch, int batchSize) => Pairs.CompareAsync(rounds,
            [
                new Metric(FormattableString.Invariant($"messages/s, prefetch {prefetch}, {(batchSize == 1 ? "single" : $"batches of {batchSize}")}"), "0", AtLeast: 0.95),
                new("µs of processor per message", "0.0"),
            ],
            new Candidate("Process() of the client", () => MeasureAsync(broker, process, prefetch, batchSize)),
            new Candidate("graceful-pulsar-worker", () => MeasureAsync(broker, graceful, prefetch, batchSize)));
    });

    private static async Task<double[]> MeasureAsync(ITestBroker broker, string assembly, int prefetch, int batchSize)
    {
        var topic = $"jobs-{Guid.NewGuid():n}";
        await broker.PublishAsync(new() { Topic = topic, Count = Messages, BatchSize = batchSize, Payload = """{"name":"m-{n}","seconds":0}""" });
        using var worker = await ServiceProcess.StartAsync(assembly, SampleRequest.OfReadiness,
            Settings(broker, topic, ("Pulsar__Prefetch", prefetch.ToString(CultureInfo.InvariantCulture))));

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
            (await broker.StatisticsAsync(topic)).Subscriptions.TryGetValue(Subscription, out var subscription) ? subscription.Acknowledged : 0;
    }

    /// <summary>What a worker needs to consume from the broker.</summary>
    public static (string, string)[] Settings(ITestBroker broker, string topic, params (string, string)[] more) =>
    [
        ("Pulsar__ServiceUrl", broker.ServiceUrl.OriginalString),
        ("Pulsar__Topic", $"persistent://public/default/{topic}"),
        ("Pulsar__Subscription", Subscription),
        .. more,
    ];
}
