namespace PulsarBroker.Control;

/// <summary>What tests need of a broker, be it the one of this repository or Apache Pulsar's own.</summary>
public interface ITestBroker : IAsyncDisposable
{
    /// <summary>Of the binary protocol.</summary>
    Uri ServiceUrl { get; }

    /// <summary>Returns when all messages are stored.</summary>
    Task PublishAsync(PublishRequest request);

    Task PartitionAsync(string topic, int count);

    /// <summary>In messages, whatever a batch holds.</summary>
    Task<TopicStatistics> StatisticsAsync(string topic);

    /// <summary>What lies in the topic.</summary>
    Task<IReadOnlyList<StoredMessage>> MessagesAsync(string topic);

    /// <summary>As when a broker hands the topic over.</summary>
    Task UnloadAsync(string topic);

    /// <summary>Sets a subscription back to the first message, on purpose.</summary>
    Task ReplayAsync(string topic, string subscription);

    /// <summary>As when the broker is rolled; what it has stored is there again afterwards.</summary>
    Task RestartAsync();
}
