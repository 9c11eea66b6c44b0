using DotPulsar.Abstractions;
using PulsarBroker.Protocol;

namespace DotPulsar;

/// <summary>One partition after the other; messages with a key always to the same one, though not to the one the real client chooses.</summary>
public sealed class RoundRobinPartitionRouter : IMessageRouter
{
    private uint _next = uint.MaxValue;

    public int ChoosePartition(MessageMetadata messageMetadata, int numberOfPartitions)
    {
        var hash = messageMetadata.KeyBytes is { Length: > 0 } key ? Crc32C.Compute(key) : Interlocked.Increment(ref _next);
        return (int)(hash % (uint)numberOfPartitions);
    }
}
