using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;

namespace Graceful.Service_1.Messaging;

/// <summary>Tells the broker what became of a message. Its token outlives the stop, so that finished work is still acknowledged.</summary>
internal sealed class Settlement(IConsumer<ReadOnlySequence<byte>> consumer, ILogger logger, CancellationToken commit)
{
    /// <summary>
    /// Whether a failed message can be handed back alone. A batch comes back as a whole, and on a subscription that keeps an order,
    /// also that of a key, later messages would overtake it: there it is tried again in place.
    /// </summary>
    public bool CanHandBackAlone(MessageId id) => id.BatchIndex < 0 && consumer.SubscriptionType == SubscriptionType.Shared;

    /// <summary>The client leaves the topic of a batched message empty, but needs it on a partitioned topic (apache/pulsar-dotpulsar#287).</summary>
    public MessageId Identify(MessageId id) => id.Topic.Length > 0 || id.Partition < 0
        ? id
        : new MessageId(id.LedgerId, id.EntryId, id.Partition, id.BatchIndex, $"{consumer.Topic}-partition-{id.Partition}");

    public async Task<bool> AcknowledgeAsync(MessageId id)
    {
        try
        {
            await consumer.Acknowledge(id, commit);
            return true;
        }
        catch (Exception e)
        {
            logger.LogWarning(e, "{MessageId} was handled but could not be acknowledged; it will be delivered again", id);
            return false;
        }
    }

    /// <summary>Has failed messages delivered again, here or elsewhere. It counts as an attempt.</summary>
    public async Task HandBackAsync(IReadOnlyCollection<MessageId> ids)
    {
        try
        {
            await consumer.RedeliverUnacknowledgedMessages(ids, commit);
        }
        catch (Exception e)
        {
            logger.LogWarning(e, "{Count} messages could not be handed back; the close of the consumer does it", ids.Count);
        }
    }
}
