using PulsarBroker.Control;

namespace PulsarBroker.Tests.Support;

/// <summary>One broker process for all tests: they run one after the other, so that a fault meets nobody else.</summary>
[CollectionDefinition(Collection)]
public sealed class BrokerFixture : IAsyncLifetime, ICollectionFixture<BrokerFixture>
{
    public const string Collection = "broker";

    private BrokerProcess? _broker;

    public BrokerProcess Broker => _broker ?? throw new InvalidOperationException("The broker has not been started.");

    public async Task InitializeAsync() => _broker = await BrokerProcess.StartAsync();

    public async Task DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }
}

/// <summary>Tests on the broker, with a topic for each. Faults end with the test that set them.</summary>
public abstract class BrokerTests(BrokerFixture fixture) : IAsyncLifetime
{
    protected const string Subscription = "s";

    protected BrokerControl Control => fixture.Broker.Control;

    protected Uri ServiceUrl => fixture.Broker.ServiceUrl;

    protected string Topic { get; } = $"t-{Guid.NewGuid():N}";

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync() => Control.SetFaultsAsync(new Faults());

    protected TestClient NewClient(Action<DotPulsar.Abstractions.IPulsarClientBuilder>? configure = null) => new(ServiceUrl, Topic, configure);

    protected Task PublishAsync(int count, int batchSize = 1, int keys = 0, int from = 0) =>
        Control.PublishAsync(new() { Topic = Topic, Count = count, BatchSize = batchSize, Keys = keys, From = from });

    protected Task<SubscriptionStatistics> WhenAsync(Func<SubscriptionStatistics, bool> condition) => Control.WhenAsync(Topic, Subscription, condition);
}
