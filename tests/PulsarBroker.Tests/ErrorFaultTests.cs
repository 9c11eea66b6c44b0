using DotPulsar;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using PulsarBroker.Protocol;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

/// <summary>Errors in answer to commands: each has its effect, and its end.</summary>
[Collection(BrokerFixture.Collection)]
public sealed class ErrorFaultTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Fact]
    public async Task A_refused_subscription_faults_the_consumer_with_that_error()
    {
        await Control.SetFaultsAsync(new() { Subscribe = ServerError.AuthorizationError });
        await using var client = NewClient();
        await using var consumer = client.NewConsumer().Create();

        await consumer.StateChangedTo(ConsumerState.Faulted).AsTask().WaitAsync(TestClient.Patience);

        await Assert.ThrowsAsync<AuthorizationException>(async () => await consumer.Receive());
        await Control.SetFaultsAsync(new());
        await using var next = await client.SubscribeAsync();
    }

    [Fact]
    public async Task A_refusal_that_may_pass_is_tried_again()
    {
        await Control.SetFaultsAsync(new() { Subscribe = ServerError.ServiceNotReady });
        await using var client = NewClient();
        await using var consumer = client.NewConsumer().Create();
        await client.FailureAsync<ServiceNotReadyException>();

        await Control.SetFaultsAsync(new());

        await consumer.StateChangedTo(ConsumerState.Active).AsTask().WaitAsync(TestClient.Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_metadata_error_faults_the_consumer_before_it_subscribes(bool atLookup)
    {
        await Control.SetFaultsAsync(atLookup ? new() { Lookup = ServerError.MetadataError } : new() { Metadata = ServerError.MetadataError });
        await using var client = NewClient();
        await using var consumer = client.NewConsumer().Create();

        var fault = await Assert.ThrowsAsync<ConsumerFaultedException>(async () => await consumer.Receive());

        Assert.IsType<MetadataException>(fault.InnerException);
        await consumer.StateChangedTo(ConsumerState.Faulted).AsTask().WaitAsync(TestClient.Patience);
    }

    [Fact]
    public async Task A_metadata_error_can_be_waited_out()
    {
        await Control.SetFaultsAsync(new() { Metadata = ServerError.MetadataError });
        await using var client = NewClient(b => b.ExceptionHandler(context =>
        {
            if (context.Exception is MetadataException)
                (context.Result, context.ExceptionHandled) = (FaultAction.Retry, true);
        }));
        await using var consumer = client.NewConsumer().Create();
        await client.FailureAsync<MetadataException>();

        await Control.SetFaultsAsync(new());

        await consumer.StateChangedTo(ConsumerState.Active).AsTask().WaitAsync(TestClient.Patience);
    }

    [Fact]
    public async Task A_topic_can_refuse_producers()
    {
        await Control.SetFaultsAsync(new() { Producers = new Dictionary<string, ServerError> { [Topic] = ServerError.AuthorizationError } });
        await using var client = NewClient();
        await using var producer = client.NewProducer();

        await producer.StateChangedTo(ProducerState.Faulted).AsTask().WaitAsync(TestClient.Patience);

        var fault = await Assert.ThrowsAsync<ProducerFaultedException>(async () => await producer.Send("m"u8.ToArray()));
        Assert.IsType<AuthorizationException>(fault.InnerException);
    }

    [Fact]
    public async Task A_topic_can_refuse_messages_and_the_producer_is_lost_with_the_first()
    {
        await Control.SetFaultsAsync(new() { Sends = new Dictionary<string, ServerError> { [Topic] = ServerError.PersistenceError } });
        await using var client = NewClient();
        await using var producer = client.NewProducer();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await producer.Send("m"u8.ToArray()));
        await producer.StateChangedTo(ProducerState.Faulted).AsTask().WaitAsync(TestClient.Patience);
        await Control.SetFaultsAsync(new());

        var fault = await Assert.ThrowsAsync<ProducerFaultedException>(async () => await producer.Send("m"u8.ToArray()));
        Assert.IsType<PersistenceException>(fault.InnerException);
        await using var next = client.NewProducer();
        await next.Send("m"u8.ToArray());
    }

    [Fact]
    public async Task A_token_can_be_required()
    {
        await Control.SetFaultsAsync(new() { RequireToken = "right" });
        await using var stranger = NewClient();
        await using var refused = stranger.NewConsumer().Create();
        await using var friend = NewClient(b => b.Authentication(AuthenticationFactory.Token("right")));

        await using var consumer = await friend.SubscribeAsync();

        var fault = await Assert.ThrowsAsync<ConsumerFaultedException>(async () => await refused.Receive());
        Assert.IsType<AuthenticationException>(fault.InnerException);
    }
}
