using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>What handlers get: a scope of their own, messages of every codec, no more waiting retries than agreed.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerHandlerTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    [Theory]
    [OnBrokers]
    public async Task Every_message_has_a_scope_of_its_own_that_is_disposed_before_the_acknowledgement(BrokerKind kind)
    {
        await UseAsync(kind);
        await Used.PublishAsync(Messages(40, seconds: 0.2));
        await PublishAsync("fail-disposal-once", 0);
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:RetrySeconds", "0.1")) with { Lab = "journal,context" });

        await UntilNoBacklogAsync();

        Tally(40).NoneLost().NoneTwice();
        Assert.Equal(42, Journal.Lines.Count(line => line.What == "disposed"));
        Assert.Equal(2, Journal.Of("end", "fail-disposal-once").Count); // It was not acknowledged when the disposal failed.
        Assert.Empty(await Used.MessagesAsync(DeadLetterTopic));
    }

    // Otherwise every message would fail, and go to the dead letter topic while the service is ready.
    [Theory]
    [InlineData("captive", "Cannot consume scoped service")]
    [InlineData("captive-singleton", "Cannot consume scoped service")]
    [InlineData("missing-dependency", "Unable to resolve service for type")]
    public async Task What_cannot_be_built_is_refused_in_Production_too(string lab, string reason)
    {
        await using var worker = Start(Consumer() with { Lab = lab });

        Assert.Contains(reason, (await worker.EndAsync()).Is(1, "failed").Error);
    }

    [Theory]
    [OnBrokers(Compression.Lz4)]
    [OnBrokers(Compression.Zlib)]
    [OnBrokers(Compression.Zstd)]
    [OnBrokers(Compression.Snappy)]
    public async Task A_compressed_message_is_handled_like_any_other(BrokerKind kind, Compression compression)
    {
        if (fixture.HasStandIn)
            return; // It has no compression; Tests_use_the_real_client says that it is used.
        await UseAsync(kind);
        await Used.PublishAsync(Messages(10, seconds: 0) with { Compression = compression });
        await Used.PublishAsync(Messages(10, seconds: 0, batchSize: 5) with { Compression = compression, From = 10 });
        await using var worker = await StartReadyAsync(Consumer());

        await UntilNoBacklogAsync();

        Tally(20).NoneLost().NoneTwice();
    }

    [RealClientFact]
    public void Tests_use_the_real_client() => Assert.False(fixture.HasStandIn);

    [Theory]
    [OnBrokers(1_000)]
    [OnBrokers(50)]
    public async Task Failed_messages_wait_in_places_of_their_own_and_their_number_is_an_option(BrokerKind kind, int places)
    {
        await UseAsync(kind);
        await Used.PublishAsync(new() { Topic = Topic, Count = 200, Payload = Job("fail-always/{n}", 0) });
        await Used.PublishAsync(Messages(20, seconds: 0));
        await using var worker = await StartReadyAsync(Consumer(settings:
            [("Pulsar:MaxWaitingRetries", $"{places}"), ("Pulsar:RetrySeconds", "20"), ("Pulsar:MaxRetrySeconds", "20"), ("Pulsar:MaxRedeliveries", "1")]));

        if (places > 200)
        {
            await Journal.UntilAsync("end", count: 20);
            Assert.Empty(worker.Log.Of(314));
            return;
        }
        await worker.Log.UntilAsync("it says so", entry => entry.EventId == 314 && entry.Says("MaxWaitingRetries"));
        Assert.Single(worker.Log.Of(314));
        Assert.InRange(Journal.Lines.Count(line => line.What == "fail"), places, places + 16);
    }

    [LongFact]
    public async Task New_partitions_are_noticed()
    {
        await Broker.PartitionAsync(Topic, 2);
        await using var worker = await StartReadyAsync(Consumer());

        await Broker.PartitionAsync(Topic, 4);
        await Broker.PublishAsync(Messages(40, seconds: 0));

        await worker.Log.UntilAsync("it says so", entry => entry.EventId == 307 && entry.Says("4 partitions"), TimeSpan.FromSeconds(90));
        await UntilNoBacklogAsync();
        Tally(40).NoneLost().NoneTwice();
    }
}
