using PulsarBroker.Protocol;

namespace PulsarBroker.Topics;

/// <summary>Decides which consumer of a subscription gets what. Every member runs under the topic's lock.</summary>
internal abstract class Dispatcher(Subscription subscription)
{
    protected Subscription Subscription => subscription;

    protected IReadOnlyList<Consumer> Consumers => subscription.Consumers;

    /// <summary>False: single messages cannot be handed back without breaking the order, so a redelivery is a rewind and is not counted.</summary>
    public virtual bool RedeliversSingly => true;

    /// <summary>Why the subscription takes no further consumer; null: it does.</summary>
    public virtual string? Refusal => null;

    public static Dispatcher For(Subscription subscription, BrokerOptions options) => subscription.Type switch
    {
        Subscribe.Types.Type.Shared => new SharedDispatcher(subscription),
        Subscribe.Types.Type.KeyShared => new KeySharedDispatcher(subscription),
        Subscribe.Types.Type.Failover => new FailoverDispatcher(subscription, options.FailoverDelay),
        _ => new ExclusiveDispatcher(subscription),
    };

    public virtual bool IsActive(Consumer consumer) => true;

    public virtual void Added(Consumer consumer) { }

    public virtual void Removed(Consumer consumer) { }

    /// <summary>Delivers, oldest first, until nothing waits or nobody may be sent more.</summary>
    public virtual void Pump()
    {
        while (subscription.Cursor.TryPeek(out var number) && Choose() is { } consumer)
            subscription.Deliver(consumer, number);
    }

    /// <summary>Who gets the next entry; null: nobody at present.</summary>
    protected abstract Consumer? Choose();
}

/// <summary>One consumer, a second is refused.</summary>
internal sealed class ExclusiveDispatcher(Subscription subscription) : Dispatcher(subscription)
{
    public override bool RedeliversSingly => false;

    public override string? Refusal => Consumers.Count > 0 ? "Exclusive consumer is already connected" : null;

    protected override Consumer? Choose() => Consumers is [{ Permits: > 0 } only] ? only : null;
}

/// <summary>In turn to those that have permits.</summary>
internal sealed class SharedDispatcher(Subscription subscription) : Dispatcher(subscription)
{
    private int _turn;

    protected override Consumer? Choose()
    {
        for (var i = 0; i < Consumers.Count; i++)
        {
            _turn = (_turn + 1) % Consumers.Count;
            if (Consumers[_turn].Permits > 0)
                return Consumers[_turn];
        }
        return null;
    }
}
