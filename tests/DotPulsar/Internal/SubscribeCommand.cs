using PulsarBroker.Protocol;

namespace DotPulsar.Internal;

internal static class SubscribeCommand
{
    /// <summary>The SUBSCRIBE of a consumer, but for the number of the request.</summary>
    public static Subscribe ToSubscribe<TMessage>(this ConsumerOptions<TMessage> options, string topic, string consumerName, ulong id)
    {
        var subscribe = new Subscribe
        {
            Topic = topic,
            Subscription = options.SubscriptionName,
            Type = (Subscribe.Types.Type)options.SubscriptionType,
            ConsumerId = id,
            ConsumerName = consumerName,
            Priority = options.PriorityLevel,
            ReadCompacted = options.ReadCompacted,
            InitialPosition = (Subscribe.Types.Position)options.InitialPosition,
            Durable = options.IsDurable,
            ReplicateState = options.ReplicateSubscriptionState,
        };
        subscribe.Properties.AddRange(options.SubscriptionProperties.Select(p => new Pair { Key = p.Key, Value = p.Value }));
        if (options.Schema.SchemaInfo.Type != SchemaType.None)
            subscribe.Schema = options.Schema.SchemaInfo.Wire;
        if (options is { SubscriptionType: SubscriptionType.KeyShared, AllowOutOfOrderDeliver: true })
            subscribe.KeySharing = new() { AllowOutOfOrder = true };
        return subscribe;
    }
}
