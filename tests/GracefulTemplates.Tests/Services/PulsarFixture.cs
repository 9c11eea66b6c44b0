using PulsarBroker.Control;

namespace GracefulTemplates.Tests.Services;

/// <summary>A template that consumes messages.</summary>
public abstract class PulsarBuild(string template, string name) : ServiceBuild(template, name)
{
    /// <summary>Whether it was built with the stand-in of the client.</summary>
    public bool HasStandIn { get; private set; }

    protected override void InstallLab(string project)
    {
        base.InstallLab(project);
        CopyLab("Messages/*.cs", Path.Combine(project, "Jobs"), NamespaceOf(project));
        InsertBefore(Path.Combine(project, "Program.cs"), "var app = builder.Build();", "builder.AddLab();\n");
    }

    protected override async Task PrepareAsync(Sandbox sandbox, string folder)
    {
        await DotPulsarPackage.ProvideAsync(sandbox, folder);
        HasStandIn = DotPulsarPackage.IsStandIn(sandbox);
    }
}

/// <summary>With a test broker in a process of its own, for the faults that a test sets are everybody's.</summary>
public abstract class PulsarFixture(Lazy<Task<ServiceBuild>> build) : ServiceFixture(build)
{
    private BrokerProcess? _broker;

    public BrokerProcess Broker => _broker ?? throw new InvalidOperationException("The broker has not been started.");

    /// <summary>Whether the service was built with the stand-in of the client.</summary>
    public bool HasStandIn => ((PulsarBuild)Build).HasStandIn;

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
}

/// <summary>graceful-pulsar-worker.</summary>
public sealed class WorkerBuild() : PulsarBuild("graceful-pulsar-worker", "2nd.Order-Worker");

public sealed class WorkerFixture() : PulsarFixture(Built)
{
    private static readonly Lazy<Task<ServiceBuild>> Built = ServiceBuild.Once<WorkerBuild>();
}

/// <summary>graceful-service.</summary>
public sealed class CombinedBuild() : PulsarBuild("graceful-service", "订单 All-in.1");

public sealed class CombinedFixture() : PulsarFixture(Built)
{
    private static readonly Lazy<Task<ServiceBuild>> Built = ServiceBuild.Once<CombinedBuild>();
}
