using Benchmarks;
using PulsarBroker.Control;

namespace Rollout.Load;

/// <summary>Which broker the messages go through.</summary>
internal enum BrokerKind
{
    /// <summary>tests/PulsarBroker.</summary>
    Test,

    /// <summary>Apache Pulsar itself, at its defaults.</summary>
    Apache,
}

internal static class Brokers
{
    private static readonly ApachePulsar? Given = ApachePulsar.Given();
    private static readonly Lazy<Task<ApachePulsar>> Apache = new(() => Given is null ? ApachePulsar.StartAsync(Repository.Root) : Task.FromResult(Given));

    /// <summary>Why there is no Apache Pulsar here; null when there is.</summary>
    public static string? MissingApache => Given is null ? ApachePulsar.Missing(Repository.Root) : null;

    /// <summary>A test broker for the caller alone, or the one Apache Pulsar for all, which ends with this process.</summary>
    public static async Task<ITestBroker> StartAsync(BrokerKind kind) => kind == BrokerKind.Test ? await BrokerProcess.StartAsync() : await Apache.Value;
}
