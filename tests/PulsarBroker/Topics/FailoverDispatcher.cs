using PulsarBroker.Protocol;

namespace PulsarBroker.Topics;

/// <summary>
/// One consumer is active, the others stand by. The active one stays so until it leaves or one with a lower priority number comes;
/// then the lowest number, name and partition decide.
/// </summary>
internal sealed class FailoverDispatcher(Subscription subscription) : Dispatcher(subscription)
{
    private Consumer? _active;

    public override bool RedeliversSingly => false;

    public override bool IsActive(Consumer consumer) => consumer == _active;

    public override void Added(Consumer consumer)
    {
        if (_active is null || consumer.Priority < _active.Priority)
            Activate(consumer);
        else
            Tell(consumer, active: false);
    }

    public override void Removed(Consumer consumer)
    {
        if (consumer != _active)
            return;
        _active = null;
        var best = Consumers.GroupBy(c => c.Priority).MinBy(g => g.Key)?.OrderBy(c => c.Name, StringComparer.Ordinal).ToArray() ?? [];
        if (best.Length > 0)
            Activate(best[Math.Max(0, Subscription.Topic.Partition) % best.Length]);
    }

    protected override Consumer? Choose() => _active is { Permits: > 0 } ? _active : null;

    private void Activate(Consumer consumer)
    {
        var former = _active;
        _active = consumer;
        if (former is not null)
        {
            Subscription.ReturnAll(former);
            Tell(former, active: false);
        }
        Tell(consumer, active: true);
    }

    // A client takes a Failover consumer for disconnected until the first of these has come.
    private static void Tell(Consumer consumer, bool active) => consumer.Connection.Send(Commands.ActiveChange(consumer.Id, active));
}
