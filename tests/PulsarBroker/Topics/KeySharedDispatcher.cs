using System.Text;
using PulsarBroker.Protocol;

namespace PulsarBroker.Topics;

/// <summary>
/// Every key has one consumer, and moves to as few others as possible when consumers come and go. While older messages of a key
/// are in another consumer's hands, or wait for one that has no permits, the newer ones of that key wait.
/// </summary>
internal sealed class KeySharedDispatcher(Subscription subscription) : Dispatcher(subscription)
{
    // As many entries are passed over in search of a free key as Pulsar passes over for one consumer by default.
    private const int LookAhead = 2000;

    public override void Pump()
    {
        var blocked = new HashSet<string>();
        foreach (var number in Subscription.Cursor.Returned())
        {
            if (Choose() is null)
                return;
            Offer(number, blocked);
        }
        while (Choose() is not null && Subscription.Cursor.Waiting < LookAhead && Subscription.Cursor.TryRead(out var number))
            Offer(number, blocked);
    }

    protected override Consumer? Choose() => Consumers.FirstOrDefault(c => c.Permits > 0);

    private void Offer(int number, HashSet<string> blocked)
    {
        var key = Subscription.Topic.Entries[number].OrderingKey;
        if (blocked.Contains(key))
            return;
        var owner = Owner(key);
        if (owner.Permits > 0 && !Consumers.Any(c => c != owner && c.HoldsKey(key)))
            Subscription.Deliver(owner, number);
        else
            blocked.Add(key);
    }

    // Rendezvous hashing: the consumer whose name and the key give the highest number.
    private Consumer Owner(string key)
    {
        var hash = Crc32C.Compute(Encoding.UTF8.GetBytes(key));
        return Consumers.MaxBy(c => (Mix(hash ^ Mix(Crc32C.Compute(Encoding.UTF8.GetBytes(c.Name)))), c.Id))!;
    }

    // The finalizer of SplitMix64: a checksum alone is linear, and would give the same winner for every key.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
