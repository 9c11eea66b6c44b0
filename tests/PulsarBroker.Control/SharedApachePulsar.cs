namespace PulsarBroker.Control;

/// <summary>One Apache Pulsar for all of a process: the one that is given, else one that the first who asks starts and that ends with the process.</summary>
/// <param name="repository">The folder beside which shared/pulsar lies.</param>
public sealed class SharedApachePulsar(string repository)
{
    private static readonly ApachePulsar? Given = ApachePulsar.Given();

    private readonly Lazy<Task<ApachePulsar>> _pulsar = new(() => Given is null ? ApachePulsar.StartAsync(repository) : Task.FromResult(Given));

    /// <summary>Why there is none; null when there is one.</summary>
    public string? Missing { get; } = Given is null ? ApachePulsar.Missing(repository) : null;

    public Task<ApachePulsar> UseAsync() => _pulsar.Value;
}
