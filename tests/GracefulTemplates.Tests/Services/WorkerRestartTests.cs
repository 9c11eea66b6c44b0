using System.Globalization;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Two workers on one Shared subscription, of which one after the other is ended and replaced while messages flow.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerRestartTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int Handlers = 16; // The default.

    [Theory]
    [OnBrokers]
    public async Task Restarts_under_load_lose_nothing_and_repeat_nothing(BrokerKind kind)
    {
        await UseAsync(kind);

        await RestartUnbatchedAsync(messages: 3_000, restarts: 6);
    }

    [LongFact]
    public Task Twenty_restarts_under_load_lose_and_repeat_none_of_20_000_messages() => RestartUnbatchedAsync(messages: 20_000, restarts: 20);

    [Theory]
    [OnBrokers]
    public async Task Partitions_change_nothing(BrokerKind kind)
    {
        await UseAsync(kind);
        await Used.PartitionAsync(Topic, 4);

        await RestartUnbatchedAsync(messages: 1_600, restarts: 3);
    }

    // What was begun of an entry is finished after the signal, so there it is no fault to begin a message.
    [Theory]
    [OnBrokers(10, 0, 0.1, 1_800)]
    [InlineData(BrokerKind.Test, 10, 4, 0.1, 1_800)]
    [InlineData(BrokerKind.Test, 1_000, 0, 0.02, 8_000)]
    [OnBrokers(1_000, 4, 0.01, 16_000)]
    public async Task Batches_that_were_begun_are_finished(BrokerKind kind, int batchSize, int partitions, double seconds, int messages)
    {
        await UseAsync(kind);
        if (partitions > 0)
            await Used.PartitionAsync(Topic, partitions);
        await Used.PublishAsync(Messages(messages, seconds, batchSize));

        await RestartAsync(messages, restarts: 3, Signal.Terminate);

        Tally(messages).NoneLost().NoneTwice();
    }

    [Theory]
    [OnBrokers]
    public async Task A_batch_that_does_not_fit_into_the_drain_repeats_no_more_than_its_finished_part(BrokerKind kind)
    {
        await UseAsync(kind);
        await Used.PublishAsync(Messages(1_000, seconds: 0.1, batchSize: 1_000));
        await using (var first = await StartReadyAsync(Consumer(drain: 2)))
        {
            await Journal.UntilAsync("end", count: 50);
            first.Send(Signal.Terminate);
            (await first.EndAsync()).Is(2, "aborted").Within(2 + 1);
        }
        var finished = Journal.Lines.Count(line => line.What == "end");

        await using var second = await StartReadyAsync(Consumer());
        await UntilNoBacklogAsync();

        var tally = Tally(1_000).NoneLost();
        Assert.InRange(tally.HandledTwice.Count, 1, finished);
    }

    [Theory]
    [OnBrokers]
    public async Task Kills_lose_nothing_and_repeat_no_more_than_was_in_flight(BrokerKind kind)
    {
        await UseAsync(kind);
        const int Messages = 1_600, Kills = 3;
        await Used.PublishAsync(this.Messages(Messages, seconds: 0.15));

        await RestartAsync(Messages, Kills, Signal.Kill);

        var tally = Tally(Messages).NoneLost();
        Assert.InRange(tally.BegunTwice.Count, 1, Kills * Handlers);
        Assert.InRange(tally.HandledTwice.Count, 0, Kills * Handlers);
    }

    private async Task RestartUnbatchedAsync(int messages, int restarts)
    {
        await Used.PublishAsync(Messages(messages, seconds: 0.15));

        var statistics = await RestartAsync(messages, restarts, Signal.Terminate);

        var tally = Tally(messages).NoneLost().NoneTwice().NoneBegunAfterSignal();
        Assert.True(tally.EndedAfterSignal >= restarts, "The stops were not under load.");
        Assert.Equal((messages, 0u), (statistics.Acknowledged, statistics.MaxRedeliveryCount)); // No stop counts as an attempt.
    }

    private async Task<SubscriptionStatistics> RestartAsync(int messages, int restarts, Signal signal)
    {
        var workers = new Queue<ServiceProcess>([await StartReadyAsync(Consumer()), await StartReadyAsync(Consumer())]);
        List<double> stops = [];
        try
        {
            for (var i = 1; i <= restarts; i++)
            {
                await UntilAsync("progress", statistics => statistics.Acknowledged >= (long)messages * i / (restarts + 2));
                await using var old = workers.Dequeue();
                old.Send(signal);
                var ending = await old.EndAsync();
                if (signal == Signal.Terminate)
                    ending.Is(0, "drained").SaidSo();
                stops.Add(ending.AfterSignal.TotalMilliseconds);
                workers.Enqueue(await StartReadyAsync(Consumer()));
            }
            Output.WriteLine($"milliseconds to the end: {string.Join(' ', stops.Select(stop => stop.ToString("0", CultureInfo.InvariantCulture)))}");
            return await UntilNoBacklogAsync();
        }
        finally
        {
            foreach (var worker in workers)
                await worker.DisposeAsync();
        }
    }
}
