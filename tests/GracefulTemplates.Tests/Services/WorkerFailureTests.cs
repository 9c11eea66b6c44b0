using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class WorkerFailureTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const double RetrySeconds = 0.3;
    private const int MaxRedeliveries = 3, Good = 30;

    private static readonly (string, string)[] Retries = [("Pulsar:RetrySeconds", "0.3"), ("Pulsar:MaxRedeliveries", "3")];

    // Shared hands a message back and waits without a handler; where there are batches or an order it is tried again in place.
    [Theory]
    [OnBrokers("Shared", 1)]
    [OnBrokers("Shared", 10)]
    [OnBrokers("KeyShared", 1)]
    [OnBrokers("Failover", 1)]
    public async Task A_message_that_fails_is_tried_again_ever_later_then_dead_lettered_once_and_the_topic_flows_on(BrokerKind kind, string type, int batchSize)
    {
        await UseAsync(kind);
        await Used.PublishAsync(new() { Topic = Topic, BatchSize = batchSize, Messages = [Message(Job("fail-always/x", 0)), Message(Job("fail-twice/x", 0)), Message("no job")] });
        await Used.PublishAsync(Messages(Good, seconds: 0.01, batchSize, keys: 5));
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:SubscriptionType", type)]));

        await UntilNoBacklogAsync();

        Tally(Good).NoneLost().NoneTwice();
        AssertEverLater(Journal.Of("begin", "fail-always/x"), attempts: MaxRedeliveries + 1);
        AssertEverLater(Journal.Of("begin", "fail-twice/x"), attempts: 3);
        Assert.Single(Journal.Of("end", "fail-twice/x"));
        await AssertDeadLettersAsync();
        if (type == "Shared")
            Assert.All(Journal.Lines.Where(line => line.Name.StartsWith("m-", StringComparison.Ordinal)),
                line => Assert.True(line.At < Journal.Of("begin", "fail-always/x")[^1].At, $"{line} had to wait for a message that failed."));
    }

    // Nor can it be written to the log, which throws: the attempt has no end of its own.
    [Theory]
    [OnBrokers("Shared", 1)]
    [OnBrokers("Shared", 3)]
    [OnBrokers("KeyShared", 1)]
    [OnBrokers("Failover", 1)]
    public async Task A_failure_that_cannot_be_read_is_tried_again_like_any_other(BrokerKind kind, string type, int batchSize)
    {
        await UseAsync(kind);
        await Used.PublishAsync(new() { Topic = Topic, BatchSize = batchSize, Messages = [Message(Job("fail-unreadably-once/x", 0)), Message(Job("m-0", 0)), Message(Job("m-1", 0))] });
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:SubscriptionType", type)]));

        await UntilNoBacklogAsync();

        Tally(2).NoneLost().NoneTwice();
        Assert.Equal((2, 1), (Journal.Of("begin", "fail-unreadably-once/x").Count, Journal.Of("end", "fail-unreadably-once/x").Count));
        await AssertStopsAsync(worker);
        Assert.Single(worker.Log.Of(315)); // By now all of the log is there.
    }

    [Theory]
    [InlineData("Shared")]
    [InlineData("Failover")]
    public async Task A_failure_that_cannot_be_read_is_left_to_others_at_a_stop(string type)
    {
        await PublishAsync("fail-unreadably/x", 0);
        await using var worker = await StartReadyAsync(Consumer(settings: [("Pulsar:RetrySeconds", "30"), ("Pulsar:SubscriptionType", type)]));
        await worker.Log.UntilAsync(315);

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).Is(0, "drained").SaidSo();
        Assert.Equal((1, 1, 0), (ending.Messages("received"), ending.Messages("released"), ending.Messages("aborted")));
    }

    [Theory]
    [OnBrokers]
    public async Task Every_tenth_message_failing_twice_loses_and_repeats_none(BrokerKind kind)
    {
        await UseAsync(kind);
        const int Rounds = 20;
        for (var i = 0; i < Rounds; i++)
            await Used.PublishAsync(new() { Topic = Topic, Messages = [Message(Job($"fail-twice/{i}", 0.01)), .. Enumerable.Range(i * 9, 9).Select(n => Message(Job($"m-{n}", 0.01)))] });
        await using var worker = await StartReadyAsync(Consumer(settings: Retries));

        await UntilNoBacklogAsync();

        Tally(Rounds * 9).NoneLost().NoneTwice();
        Assert.All(Enumerable.Range(0, Rounds), i => Assert.Equal((3, 1), (Journal.Of("begin", $"fail-twice/{i}").Count, Journal.Of("end", $"fail-twice/{i}").Count)));
        Assert.Empty(await Used.MessagesAsync(DeadLetterTopic));
    }

    // It has as many messages as there are handlers, and more.
    [Theory]
    [OnBrokers("fail-always/{n}", 0)]
    [OnBrokers("m-{n}", 2)]
    public async Task A_key_that_fails_or_is_slow_holds_up_no_other(BrokerKind kind, string name, double seconds)
    {
        const int Count = 5;
        await UseAsync(kind);
        await Used.PublishAsync(new()
        {
            Topic = Topic,
            Messages = [.. Enumerable.Range(0, Count).Select(n => Message(Job(name.Replace("{n}", $"{n}"), seconds))), Message(Job("other", 0)) with { Key = "other" }],
        });
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:SubscriptionType", "KeyShared"), ("Pulsar:Handlers", "2")]));

        await UntilNoBacklogAsync();

        var begun = Journal.Lines.Where(line => line is { What: "begin", Name: not "other" }).ToList();
        Assert.True(Assert.Single(Journal.Of("end", "other")).At < begun.First(line => line.Name != begun[0].Name).At, "It had to wait for another key.");
        Assert.Equal(Enumerable.Range(0, Count).Select(n => name.Replace("{n}", $"{n}")), begun.Select(line => line.Name).Distinct());
    }

    [Fact]
    public async Task A_message_stays_in_the_topic_until_the_dead_letter_topic_takes_it()
    {
        await Broker.SetFaultsAsync(new() { Sends = new Dictionary<string, ServerError> { [DeadLetterTopic] = ServerError.PersistenceError } });
        await Broker.PublishAsync(new() { Topic = Topic, Payload = "no job" });
        await using var worker = await StartReadyAsync(Consumer(settings: Retries));
        await worker.Log.UntilAsync("the dead letter topic refuses", entry => entry.Message.Contains("could not be put on the dead letter topic"));
        await UntilAsync("it is still there", statistics => statistics.MsgBacklog == 1);
        await UntilReadyIsAsync(worker, System.Net.HttpStatusCode.OK);

        await Broker.SetFaultsAsync(new());

        await UntilNoBacklogAsync();
        Assert.Null(Assert.Single(await Broker.MessagesAsync(DeadLetterTopic)).Key); // As the original.
    }

    // It is tried again in place, which takes as long as the dead letter topic refuses it.
    [Fact]
    public async Task A_consumer_that_fails_is_replaced_though_a_message_of_it_cannot_be_brought_to_its_end()
    {
        var refused = new Dictionary<string, ServerError> { [DeadLetterTopic] = ServerError.PersistenceError };
        await Broker.SetFaultsAsync(new() { Sends = refused });
        await Broker.PublishAsync(new() { Topic = Topic, Payload = "no job" });
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:SubscriptionType", "Exclusive")]));
        await worker.Log.UntilAsync("the dead letter topic refuses", entry => entry.Message.Contains("could not be put on the dead letter topic"));

        await Broker.SetFaultsAsync(new() { Sends = refused, Subscribe = ServerError.PersistenceError });
        await Broker.DropConnectionsAsync();
        await worker.Log.UntilAsync(LogEntry.ConsumerFailed);
        await Broker.SetFaultsAsync(new() { Sends = refused });

        await UntilReadyIsAsync(worker, System.Net.HttpStatusCode.OK);
        await Broker.SetFaultsAsync(new());
        await UntilNoBacklogAsync();
        Assert.NotEmpty(await Broker.MessagesAsync(DeadLetterTopic));
    }

    private async Task AssertDeadLettersAsync()
    {
        var letters = await Used.MessagesAsync(DeadLetterTopic);
        Assert.Equal(2, letters.Count);
        AssertDeadLetter(letters.Single(letter => letter.Payload == "no job"), attempts: 0, "PoisonMessageException: Not a job");
        AssertDeadLetter(letters.Single(letter => letter.Payload != "no job"), MaxRedeliveries, "InvalidOperationException: The lab fails fail-always/x.");
    }

    private void AssertDeadLetter(StoredMessage letter, int attempts, string reason)
    {
        Assert.Equal(("bad", "sale", 1_700_000_000_000ul), (letter.Key, letter.Properties["origin"], letter.EventTime));
        Assert.Equal(($"persistent://public/default/{Topic}", Subscription), (letter.Properties["REAL_TOPIC"], letter.Properties["REAL_SUBSCRIPTION"]));
        Assert.Equal($"{attempts}", letter.Properties["RECONSUMETIMES"]);
        Assert.StartsWith(reason, letter.Properties["EXCEPTION"]);
        Assert.NotEmpty(letter.Properties["ORIGIN_MESSAGE_ID"]);
    }

    // The delay doubles; its upper half is random, and a busy machine only makes it longer.
    private static void AssertEverLater(IReadOnlyList<JournalLine> begun, int attempts)
    {
        Assert.Equal(attempts, begun.Count);
        for (var i = 1; i < attempts; i++)
            Assert.True((begun[i].At - begun[i - 1].At).TotalSeconds >= RetrySeconds / 2 * Math.Pow(2, i - 1), string.Join("; ", begun));
    }

    private static PublishedMessage Message(string payload) => new()
    {
        Payload = payload, Key = "bad", EventTime = 1_700_000_000_000, Properties = new Dictionary<string, string> { ["origin"] = "sale" },
    };
}
