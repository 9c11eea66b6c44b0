using System.Globalization;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Restarts under load, in which 5 % of the messages fail once and 1 % can never be handled.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerLoadTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int FailingEvery = 20, PoisonEvery = 100;

    [Theory]
    [OnBrokers("Shared", 1)]
    [OnBrokers("KeyShared", 10)]
    public Task Restarts_repeat_and_lose_nothing(BrokerKind kind, string type, int batchSize) => RestartAsync(kind, type, batchSize, messages: 1_000, restarts: 3);

    [LongTheory]
    [OnBrokers("Shared", 1)]
    [OnBrokers("Shared", 10)]
    [OnBrokers("KeyShared", 1)]
    [OnBrokers("KeyShared", 10)]
    [OnBrokers("Failover", 1)]
    [OnBrokers("Failover", 10)]
    public Task Twenty_restarts_repeat_and_lose_none_of_20_000_messages(BrokerKind kind, string type, int batchSize) =>
        RestartAsync(kind, type, batchSize, messages: 20_000, restarts: 20);

    private async Task RestartAsync(BrokerKind kind, string type, int batchSize, int messages, int restarts)
    {
        await UseAsync(kind);
        var seconds = type == "Failover" ? 0.005 : 0.1;
        await Used.PublishAsync(new() { Topic = Topic, BatchSize = batchSize, Messages = [.. Enumerable.Range(0, messages).Select(n => Message(n, batchSize, seconds))] });
        (string, string)[] settings = [("Pulsar:SubscriptionType", type), ("Pulsar:RetrySeconds", "0.2")];
        var workers = new Queue<ServiceProcess>([await StartReadyAsync(Consumer(settings: settings)), await StartReadyAsync(Consumer(settings: settings))]);
        try
        {
            for (var i = 1; i <= restarts; i++)
            {
                await UntilAsync("progress", statistics => statistics.Acknowledged >= (long)messages * i / (restarts + 2));
                await using var old = workers.Dequeue();
                old.Send(Signal.Terminate);
                (await old.EndAsync()).Is(0, "drained").SaidSo();
                workers.Enqueue(await StartReadyAsync(Consumer(settings: settings)));
            }
            await UntilNoBacklogAsync();
        }
        finally
        {
            foreach (var worker in workers)
                await worker.DisposeAsync();
        }

        var ended = Journal.Lines.Where(line => line.What == "end").CountBy(line => line.Name).ToDictionary();
        var letters = (await Used.MessagesAsync(DeadLetterTopic)).CountBy(letter => letter.Payload).ToDictionary();
        var poison = Enumerable.Range(0, messages).Where(n => n % PoisonEvery == 3).Select(n => $"no job {n}").ToHashSet();
        Output.WriteLine($"{messages} messages, {restarts} restarts: {messages - ended.Count - letters.Count} lost, {ended.Count(name => name.Value > 1)} handled twice, "
            + $"{letters.Count} of {poison.Count} dead-lettered, {letters.Count(letter => letter.Value > 1)} of them twice");
        Assert.Equal(poison, letters.Keys.ToHashSet());
        Assert.Equal(messages - poison.Count, ended.Count);
        Assert.DoesNotContain(ended, name => name.Value > 1);
        Assert.DoesNotContain(letters, letter => letter.Value > 1);
    }

    private static PublishedMessage Message(int n, int batchSize, double seconds) => new()
    {
        Payload = n % PoisonEvery == 3 ? $"no job {n}" : Job(n % FailingEvery == 7 ? $"fail-once/{n}" : $"m-{n}", seconds),
        Key = (n / batchSize % 50).ToString(CultureInfo.InvariantCulture),
    };
}
