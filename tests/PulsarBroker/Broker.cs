using System.Collections.Concurrent;
using PulsarBroker.Connections;
using PulsarBroker.Control;
using PulsarBroker.Topics;

namespace PulsarBroker;

/// <summary>Everything the broker has: topics, connections and the faults a test has switched on.</summary>
internal sealed class Broker : IDisposable
{
    private readonly ConcurrentDictionary<string, Topic> _topics = new();
    private readonly ConcurrentDictionary<string, int> _partitions = new();
    private readonly BrokerOptions _options;
    private readonly Listener _listener;
    private long _ledger;

    public Broker(BrokerOptions options)
    {
        _options = options;
        _listener = new Listener(this, options.Port);
        Encryption = options.CertificateFile is { } file ? new Encryption(file, options.ClientAuthorityFile) : null;
    }

    public FaultSwitch Faults { get; } = new();

    public CommandLog Log { get; } = new();

    /// <summary>Null: connections are not encrypted.</summary>
    public Encryption? Encryption { get; }

    public string ServiceUrl => $"{(Encryption is null ? "pulsar" : "pulsar+ssl")}://127.0.0.1:{_listener.Port}";

    public ICollection<ClientConnection> Connections => _listener.Connections;

    public void Start() => _listener.Open();

    /// <summary>The topic or partition of that name; it exists from the first time it is named.</summary>
    public Topic Topic(string name) =>
        _topics.GetOrAdd(TopicName.Full(name), full => new Topic(full, (ulong)Interlocked.Increment(ref _ledger), _options));

    /// <summary>0: not partitioned.</summary>
    public int Partitions(string name) => _partitions.GetValueOrDefault(TopicName.Full(name));

    public void SetPartitions(string name, int count) => _partitions[TopicName.Full(name)] = count;

    /// <summary>The topic itself, or its partitions.</summary>
    public IReadOnlyList<Topic> Parts(string name) => Partitions(name) is > 0 and var count
        ? [.. Enumerable.Range(0, count).Select(i => Topic(TopicName.Partition(name, i)))]
        : [Topic(name)];

    public void Apply(Faults faults)
    {
        if (faults.RefuseConnections)
            _listener.Close();
        else
            _listener.Open();
        Faults.Set(faults);
    }

    public void DropConnections()
    {
        foreach (var connection in Connections)
            connection.Reset();
    }

    /// <summary>Forgets topics and log and drops all connections; faults end.</summary>
    public void Reset()
    {
        DropConnections();
        _topics.Clear();
        _partitions.Clear();
        Log.Clear();
        Apply(new Faults());
    }

    public void Dispose()
    {
        _listener.Close();
        DropConnections();
        Encryption?.Dispose();
    }
}
