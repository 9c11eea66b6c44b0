using DotPulsar.Abstractions;

namespace DotPulsar;

/// <summary>Settings of a producer.</summary>
public sealed class ProducerOptions<TMessage>(string topic, ISchema<TMessage> schema)
{
    public static readonly CompressionType DefaultCompressionType = CompressionType.None;

    public static readonly ulong DefaultInitialSequenceId = 0;

    public static readonly ProducerAccessMode DefaultProducerAccessMode = ProducerAccessMode.Shared;

    public bool AttachTraceInfoToMessages { get; set; }

    public CompressionType CompressionType { get; set; } = DefaultCompressionType;

    public ulong InitialSequenceId { get; set; } = DefaultInitialSequenceId;

    public ProducerAccessMode ProducerAccessMode { get; set; } = DefaultProducerAccessMode;

    public string? ProducerName { get; set; }

    public ISchema<TMessage> Schema { get; set; } = schema;

    public IHandleStateChanged<ProducerStateChanged>? StateChangedHandler { get; set; }

    public string Topic { get; set; } = topic;

    public IMessageRouter MessageRouter { get; set; } = new RoundRobinPartitionRouter();

    public uint MaxPendingMessages { get; set; }

    public Dictionary<string, string> ProducerProperties { get; set; } = [];
}
