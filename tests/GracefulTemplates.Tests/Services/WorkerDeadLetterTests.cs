using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>The dead letter topic that is away, refuses, takes no more than so many bytes, or has no subscription.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerDeadLetterTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int MaxMessageBytes = 5 * 1024 * 1024;
    private const int NotDeadLettered = 321, NoSubscription = 322;

    private static readonly (string, string)[] Retries = [("Pulsar:RetrySeconds", "0.3"), ("Pulsar:MaxRetrySeconds", "2"), ("Pulsar:MaxRedeliveries", "1")];

    // The client repeats these by itself for ever.
    [Theory]
    [InlineData(ServerError.ServiceNotReady, false)]
    [InlineData(ServerError.ProducerBusy, false)]
    [InlineData(ServerError.TooManyRequests, false)]
    [InlineData(ServerError.ServiceNotReady, true)]
    [InlineData(ServerError.PersistenceError, true)]
    public async Task A_dead_letter_topic_that_is_away_holds_up_nobody(ServerError error, bool atTheSend)
    {
        var faults = new Dictionary<string, ServerError> { [DeadLetterTopic] = error };
        await Broker.SetFaultsAsync(atTheSend ? new() { Sends = faults } : new() { Producers = faults });
        await Broker.PublishAsync(new() { Topic = Topic, Count = 30, Payload = "no job {n}" });
        await Broker.PublishAsync(Messages(20, seconds: 0.01));
        await using var worker = await StartReadyAsync(Consumer(settings: Retries));

        await Journal.UntilAsync("end", count: 20);
        await worker.Log.UntilAsync(NotDeadLettered);
        await UntilAsync("the poison is still there", statistics => statistics.MsgBacklog == 30);

        await Broker.SetFaultsAsync(new());
        await UntilNoBacklogAsync();
        Assert.Equal(30, (await Broker.MessagesAsync(DeadLetterTopic)).DistinctBy(letter => letter.Payload).Count());
        Assert.Equal(30, (await Broker.MessagesAsync(DeadLetterTopic)).Count);
        Tally(20).NoneLost().NoneTwice();
    }

    // As docs/messages.md says it: the subscription is there, and what it holds comes from its first message on.
    [Theory]
    [OnBrokers]
    public async Task Dead_letters_are_handled_by_a_worker_that_consumes_their_topic(BrokerKind kind)
    {
        await UseAsync(kind);
        await PublishAsync("fail-once/x", 0);
        await using (await StartReadyAsync(Consumer(settings: ("Pulsar:MaxRedeliveries", "0"))))
            await UntilNoBacklogAsync();
        Assert.Single(await Used.MessagesAsync(DeadLetterTopic));

        (string, string)[] again = [("Pulsar:Topic", $"persistent://public/default/{DeadLetterTopic}"), ("Pulsar:Subscription", "dead-letters"), ("Pulsar:RetrySeconds", "0.1")];
        await using var worker = await StartReadyAsync(Consumer(settings: again));

        await Journal.UntilAsync("end", "fail-once/x");
        await AssertStopsAsync(worker);
        Assert.Equal(0, (await Used.StatisticsAsync(DeadLetterTopic)).Subscriptions["dead-letters"].MsgBacklog);
    }

    // After 5 s the message waits for its retry, while its copy is still on the way.
    [Theory]
    [InlineData("Shared")]
    [InlineData("Failover")]
    public async Task A_dead_letter_that_takes_long_is_not_stored_twice(string type)
    {
        await Broker.PublishAsync(new() { Topic = Topic, Payload = "no job 1" });
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:SubscriptionType", type)]));
        await UntilNoBacklogAsync(); // The producer is connected.

        await Broker.SetFaultsAsync(new() { DelayMilliseconds = 7_000 });
        await Broker.PublishAsync(new() { Topic = Topic, Payload = "no job 2" });
        await worker.Log.UntilAsync("it took too long", entry => entry.EventId == NotDeadLettered);
        await Broker.SetFaultsAsync(new());

        await UntilNoBacklogAsync();
        Assert.Equal(["no job 1", "no job 2"], (await Broker.MessagesAsync(DeadLetterTopic)).Select(letter => letter.Payload));
    }

    // The client has been seen to close its own new producer; Pulsar says nothing to a message of one that it has closed.
    [Theory]
    [InlineData("Shared")]
    [InlineData("Failover")]
    public async Task A_dead_letter_that_is_never_answered_is_sent_again_and_others_go_on(string type)
    {
        await Broker.PublishAsync(new() { Topic = Topic, Payload = "no job 1" });
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:SubscriptionType", type)]));
        await UntilNoBacklogAsync(); // The producer is connected.

        await Broker.SetFaultsAsync(new() { KeepClosesSecret = true });
        await Broker.UnloadAsync(DeadLetterTopic);
        await Broker.PublishAsync(new() { Topic = Topic, Count = 2, From = 2, Payload = "no job {n}" });

        await UntilNoBacklogAsync();
        Assert.Equal(["no job 1", "no job 2", "no job 3"], (await Broker.MessagesAsync(DeadLetterTopic)).Select(letter => letter.Payload).Order());
    }

    // The bookie of the real broker in shared/ stores no entry of this size, so it cannot be published there.
    [Fact]
    public async Task A_dead_letter_that_cannot_be_stored_takes_no_other_with_it()
    {
        const int Poison = 400;
        await Used.PublishAsync(new() { Topic = Topic, Count = Poison / 2, Payload = "no job {n}" });
        await Used.PublishAsync(new() { Topic = Topic, Payload = Padded("fail-always/x", MaxMessageBytes) }); // No room for what a frame has around it.
        await Used.PublishAsync(new() { Topic = Topic, Count = Poison / 2, From = Poison / 2, Payload = "no job {n}" });
        await using var worker = await StartReadyAsync(Consumer(settings: Retries));

        await UntilAsync("all but one", statistics => statistics.MsgBacklog == 1);

        await worker.Log.UntilAsync("the reason", entry => entry.EventId == NotDeadLettered && entry.Says("TooLargeMessageException"));
        var letters = await Used.MessagesAsync(DeadLetterTopic);
        Assert.Equal((Poison, Poison), (letters.Count, letters.DistinctBy(letter => letter.Payload).Count()));
    }

    [Theory]
    [InlineData(BrokerKind.Test, "fail-always/x", MaxMessageBytes - 100)]
    [OnBrokers("fail-at-length/x", 200)]
    public async Task What_is_added_to_a_dead_letter_never_makes_it_too_large(BrokerKind kind, string name, int bytes)
    {
        await UseAsync(kind);
        await Used.PublishAsync(new() { Topic = Topic, Payload = Padded(name, bytes) });
        await Used.PublishAsync(Messages(5, seconds: 0.01));
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:SubscriptionType", "Failover")]));

        await UntilNoBacklogAsync();

        Tally(5).NoneLost().NoneTwice();
        var letter = Assert.Single(await Used.MessagesAsync(DeadLetterTopic));
        Assert.Equal(bytes, letter.Payload.Length);
        if (bytes < MaxMessageBytes / 2)
            Assert.InRange(letter.Properties["EXCEPTION"].Length, 1_000, 5_000);
    }

    [Theory]
    [OnBrokers]
    public async Task Schema_version_and_ordering_key_go_along(BrokerKind kind)
    {
        await UseAsync(kind);
        await Used.PublishAsync(new() { Topic = Topic, Messages = [new() { Payload = "no job", Key = "k", OrderingKey = "o", SchemaVersion = [0, 0, 0, 7] }] });
        await using var worker = await StartReadyAsync(Consumer());

        await UntilNoBacklogAsync();

        var letter = Assert.Single(await Used.MessagesAsync(DeadLetterTopic));
        Assert.Equal(("k", "o"), (letter.Key, letter.OrderingKey));
        Assert.Equal([0, 0, 0, 7], letter.SchemaVersion);
    }

    [Theory]
    [OnBrokers("dead-letters")]
    [OnBrokers("ops")]
    public async Task There_is_a_subscription_before_the_first_dead_letter(BrokerKind kind, string name)
    {
        await UseAsync(kind);
        await PublishAsync("fail-always/x", 0);
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:DeadLetterSubscription", name)]));

        await UntilNoBacklogAsync();

        Assert.Equal([name], (await Used.StatisticsAsync(DeadLetterTopic)).Subscriptions.Keys.Where(subscription => !subscription.StartsWith("look", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(ServerError.AuthorizationError)]
    [InlineData(ServerError.TopicNotFound)]
    public async Task Where_the_subscription_cannot_be_made_nothing_is_lost_and_one_line_says_what_to_do(ServerError error)
    {
        await Broker.SetFaultsAsync(new() { Subscribes = new Dictionary<string, ServerError> { [DeadLetterTopic] = error } });
        await PublishAsync("fail-always/x", 0);
        await using var worker = await StartReadyAsync(Consumer(settings: Retries));

        await worker.Log.UntilAsync("what to do", entry => entry.EventId == NoSubscription && entry.Says("create-subscription"));
        await worker.Log.UntilAsync("tried again", _ => worker.Log.Of(NotDeadLettered).Count >= 3);
        Assert.Single(worker.Log.Of(NoSubscription));
        await UntilAsync("it is still there", statistics => statistics.MsgBacklog == 1);
        Assert.Empty(await Broker.MessagesAsync(DeadLetterTopic));

        await Broker.SetFaultsAsync(new());
        await UntilNoBacklogAsync();
        Assert.Single(await Broker.MessagesAsync(DeadLetterTopic));
    }

    [Fact]
    public async Task Without_the_name_of_a_subscription_none_is_made()
    {
        await PublishAsync("fail-always/x", 0);
        await using var worker = await StartReadyAsync(Consumer(settings: [.. Retries, ("Pulsar:DeadLetterSubscription", "")]));

        await UntilNoBacklogAsync();

        Assert.Single(await Broker.MessagesAsync(DeadLetterTopic));
        Assert.Empty((await Broker.StatisticsAsync(DeadLetterTopic)).Subscriptions);
    }

    // The broker at its defaults looks every minute for topics that have no subscription, and deletes them.
    [LongApacheFact]
    public async Task Dead_letters_are_there_two_minutes_after_the_worker_has_gone()
    {
        await UseAsync(BrokerKind.Apache);
        await Used.PublishAsync(new() { Topic = Topic, Count = 20, Payload = "no job {n}" });
        await using (var worker = await StartReadyAsync(Consumer()))
        {
            await UntilNoBacklogAsync();
            worker.Send(Signal.Terminate);
            (await worker.EndAsync()).Is(0, "drained").SaidSo();
        }

        await Task.Delay(TimeSpan.FromMinutes(2));

        Assert.Equal(20, (await Used.MessagesAsync(DeadLetterTopic)).Count);
    }

    private static string Padded(string name, int bytes)
    {
        var (head, tail) = ($"{{\"name\":\"{name}\",\"seconds\":0,\"padding\":\"", "\"}");
        return head + new string('x', bytes - head.Length - tail.Length) + tail;
    }
}
