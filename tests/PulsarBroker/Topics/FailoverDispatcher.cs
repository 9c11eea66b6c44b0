namespace PulsarBroker.Topics;

/// <summary>
/// One consumer is active, the others stand by. Who it is, is decided anew whenever one comes or goes: of a partition by its index, of
/// another topic by a ring of hashes of the consumers' names. A new one gets all that is not acknowledged, after a delay in which nobody
/// gets anything and the former one's acknowledgements still count; both are told at the end of it.
/// </summary>
internal sealed class FailoverDispatcher(Subscription subscription, TimeSpan delay) : Dispatcher(subscription)
{
    private const int PointsOnRing = 100;

    private Consumer? _active;
    private bool _isScheduled;

    public override bool RedeliversSingly => false;

    public override bool IsActive(Consumer consumer) => consumer == _active && !_isScheduled;

    public override void Added(Consumer consumer)
    {
        if (!Pick() && !_isScheduled)
            Tell(consumer);
    }

    public override void Removed(Consumer consumer)
    {
        if (consumer == _active)
            _active = null;
        if (Consumers.Count > 0)
            Pick();
    }

    protected override Consumer? Choose() => !_isScheduled && _active is { Permits: > 0 } ? _active : null;

    /// <summary>False: it is the one that it was.</summary>
    private bool Pick()
    {
        var best = Consumers.Min(consumer => consumer.Priority);
        var candidates = Consumers.Where(consumer => consumer.Priority == best).OrderBy(consumer => consumer.Name, StringComparer.Ordinal).ToArray();
        var partition = Subscription.Topic.Partition;
        var chosen = candidates[partition >= 0 ? partition % candidates.Length : IndexOnRing(candidates)];
        if (chosen == _active)
            return false;
        _active = chosen;
        if (!_isScheduled)
            _ = ActivateAsync();
        return true;
    }

    // With equal names the last one that came has all the points.
    private int IndexOnRing(Consumer[] candidates)
    {
        var ring = new SortedDictionary<int, int>();
        for (var i = 0; i < candidates.Length; i++)
            for (var point = 0; point < PointsOnRing; point++)
                ring[Murmur3.Hash($"{candidates[i].Name}{point}")] = i;
        var hash = Murmur3.Hash(Subscription.Topic.Name);
        foreach (var (point, index) in ring)
        {
            if (point >= hash)
                return index;
        }
        return ring.First().Value;
    }

    private async Task ActivateAsync()
    {
        _isScheduled = true;
        await Task.Delay(delay);
        lock (Subscription.Topic.Gate)
        {
            _isScheduled = false;
            foreach (var consumer in Consumers)
                Subscription.ReturnAll(consumer);
            foreach (var consumer in Consumers)
                Tell(consumer);
            Subscription.Pump();
        }
    }

    // A client takes a Failover consumer for disconnected until the first of these has come.
    private void Tell(Consumer consumer) => consumer.Connection.SendActivity(consumer, consumer == _active);
}
