using PulsarBroker.Control;

namespace GracefulTemplates.Tests.Services;

/// <summary>A template that consumes messages, and a broker in a process of its own.</summary>
public abstract class PulsarFixture(string template, string name) : ServiceFixture(template, name)
{
    private BrokerProcess? _broker;

    public BrokerProcess Broker => _broker ?? throw new InvalidOperationException("The broker has not been started.");

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _broker = await BrokerProcess.StartAsync();
    }

    public override async Task DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task PrepareAsync(Sandbox sandbox, string folder) => DotPulsarPackage.ProvideAsync(sandbox, folder);
}

/// <summary>graceful-pulsar-worker.</summary>
public sealed class WorkerFixture() : PulsarFixture("graceful-pulsar-worker", "2nd.Order-Worker");

[CollectionDefinition(Name)]
public sealed class WorkerCollection : ICollectionFixture<WorkerFixture>
{
    public const string Name = "graceful-pulsar-worker as a process";
}

/// <summary>graceful-service.</summary>
public sealed class CombinedFixture() : PulsarFixture("graceful-service", "订单 All-in.1");

[CollectionDefinition(Name)]
public sealed class CombinedCollection : ICollectionFixture<CombinedFixture>
{
    public const string Name = "graceful-service as a process";
}
