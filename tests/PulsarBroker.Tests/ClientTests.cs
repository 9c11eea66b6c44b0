using System.Diagnostics;
using System.Diagnostics.Metrics;
using DotPulsar;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

/// <summary>What DotPulsar 5.3 does and a worker must know. Each of these holds for the real client as well.</summary>
[Collection(BrokerFixture.Collection)]
public sealed class ClientTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task A_receive_before_the_subscription_fails_and_is_tried_again()
    {
        await PublishAsync(1);
        await Control.SetFaultsAsync(new() { Subscribe = PulsarBroker.Protocol.ServerError.ServiceNotReady });
        await using var client = NewClient();
        await using var consumer = client.NewConsumer().Create();

        var receiving = consumer.ReceiveAsync();
        await client.FailureAsync<ChannelNotReadyException>();
        await Control.SetFaultsAsync(new());

        await receiving;
    }

    [Fact]
    public async Task A_message_without_a_key_has_the_empty_key()
    {
        await PublishAsync(1);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();

        var message = (await consumer.ReceiveAsync()).Single();

        Assert.Equal((true, "", false), (message.HasKey, message.Key, message.HasOrderingKey));
    }

    [Fact]
    public async Task The_bytes_of_a_key_that_is_text_cannot_be_read()
    {
        await Control.PublishAsync(new() { Topic = Topic, Messages = [new() { Key = "key" }] });
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();

        var message = (await consumer.ReceiveAsync()).Single();

        Assert.Throws<FormatException>(() => message.KeyBytes);
    }

    [Fact]
    public async Task A_cancelled_receive_loses_nothing()
    {
        await Control.PartitionAsync(Topic, 2);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        using var cancelled = new CancellationTokenSource();
        var receiving = consumer.Receive(cancelled.Token).AsTask();
        await WhenAsync(s => s.Consumers.Count == 2 && s.Consumers.All(c => c.AvailablePermits > 0));

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await PublishAsync(4);
        Assert.Equal([0, 1, 2, 3], (await consumer.ReceiveAsync(4)).Select(m => m.Number()).Order());
    }

    [Fact]
    public async Task After_it_was_disposed_a_consumer_says_so()
    {
        await using var client = NewClient();
        var consumer = await client.SubscribeAsync();

        await consumer.DisposeAsync();

        await Assert.ThrowsAsync<ConsumerDisposedException>(async () => await consumer.Receive());
        Assert.Equal(ConsumerState.Closed, (await consumer.StateChangedTo(ConsumerState.Active)).ConsumerState);
    }

    [Fact]
    public async Task A_disposed_client_has_closed_its_consumers_and_makes_no_more()
    {
        var client = NewClient();
        await client.SubscribeAsync();

        await client.DisposeAsync();

        await WhenAsync(s => s.Consumers.Count == 0);
        Assert.Throws<PulsarClientDisposedException>(() => client.NewConsumer().Create());
    }

    [Fact]
    public async Task Handlers_see_every_state()
    {
        var states = new System.Collections.Concurrent.ConcurrentQueue<ConsumerState>();
        await using var client = NewClient();
        var closed = new TaskCompletionSource();
        var consumer = client.NewConsumer().StateChangedHandler(change =>
        {
            states.Enqueue(change.ConsumerState);
            if (change.ConsumerState == ConsumerState.Closed)
                closed.SetResult();
        }).Create();
        await consumer.StateChangedTo(ConsumerState.Active).AsTask().WaitAsync(TestClient.Patience);

        await consumer.DisposeAsync();

        await closed.Task.WaitAsync(TestClient.Patience);
        Assert.Equal([ConsumerState.Active, ConsumerState.Closed], states);
    }

    [Fact]
    public async Task Sends_and_open_connections_are_measured()
    {
        var sent = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var activityListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "DotPulsar",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == $"{Topic} send")
                    sent.TrySetResult(activity);
            },
        };
        ActivitySource.AddActivityListener(activityListener);
        var instruments = new HashSet<string>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, _) => { if (instrument.Meter.Name == "DotPulsar") lock (instruments) instruments.Add(instrument.Name); };
        meters.Start();
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync();
        await using var producer = client.Client.NewProducer().Topic(Topic).AttachTraceInfoToMessages(true).Create();

        await producer.Send("m"u8.ToArray());

        var trace = (await consumer.ReceiveAsync()).Single().Properties["messaging.trace_parent"];
        var send = await sent.Task.WaitAsync(TestClient.Patience);      // it may end after the send has returned
        Assert.Equal((trace, ActivityKind.Producer), (send.Id, send.Kind));
        Assert.Superset(
            new HashSet<string> { "dotpulsar.client.count", "dotpulsar.connection.count", "dotpulsar.consumer.count", "dotpulsar.producer.count", "dotpulsar.producer.send.duration" },
            instruments);
    }

    [Theory]
    [InlineData("http://localhost", typeof(InvalidSchemeException))]
    [InlineData("pulsar://localhost", typeof(ConnectionSecurityException))]
    public void Contradictory_settings_are_refused(string url, Type exception)
    {
        var builder = PulsarClient.Builder().ServiceUrl(new Uri(url)).ConnectionSecurity(EncryptionPolicy.EnforceEncrypted);

        Assert.Throws(exception, builder.Build);
    }

    [Fact]
    public async Task A_consumer_needs_a_topic_and_a_subscription()
    {
        await using var client = NewClient();

        Assert.Throws<ConfigurationException>(() => client.Client.NewConsumer().SubscriptionName("s").Create());
        Assert.Throws<ConfigurationException>(() => client.Client.NewConsumer().Topic("t").Create());
    }
}
