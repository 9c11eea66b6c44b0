namespace DotPulsar;

/// <summary>Where a message lies: ledger, entry, partition (-1: none) and place in its batch (-1: none).</summary>
public sealed class MessageId(ulong ledgerId, ulong entryId, int partition, int batchIndex, string topic = "") : IEquatable<MessageId>, IComparable<MessageId>
{
    public static MessageId Earliest { get; } = new(ulong.MaxValue, ulong.MaxValue, -1, -1);

    public static MessageId Latest { get; } = new(long.MaxValue, long.MaxValue, -1, -1);

    public ulong LedgerId { get; } = ledgerId;

    public ulong EntryId { get; } = entryId;

    public int Partition { get; } = partition;

    public int BatchIndex { get; } = batchIndex;

    /// <summary>Empty for a message of a batch: DotPulsar 5.3 leaves it out (pulsar-dotpulsar#287).</summary>
    public string Topic { get; } = topic;

    private (ulong, ulong, int, string, int) Order => (LedgerId, EntryId, Partition, Topic, BatchIndex);

    public static bool operator ==(MessageId x, MessageId y) => x is null ? y is null : x.Equals(y);

    public static bool operator !=(MessageId x, MessageId y) => !(x == y);

    public static bool operator >(MessageId x, MessageId y) => Compare(x, y) > 0;

    public static bool operator <(MessageId x, MessageId y) => Compare(x, y) < 0;

    public static bool operator >=(MessageId x, MessageId y) => Compare(x, y) >= 0;

    public static bool operator <=(MessageId x, MessageId y) => Compare(x, y) <= 0;

    public static bool TryParse(string s, out MessageId result)
    {
        result = Earliest;
        if (string.IsNullOrWhiteSpace(s))
            return false;
        var parts = s.Split(':', 5);
        ulong entry = 0;
        var (partition, batchIndex) = (0, 0);       // what is missing at the end counts as 0, as in the real client
        if (!ulong.TryParse(parts[0], out var ledger)
            || (parts.Length > 1 && !ulong.TryParse(parts[1], out entry))
            || (parts.Length > 2 && !int.TryParse(parts[2], out partition))
            || (parts.Length > 3 && !int.TryParse(parts[3], out batchIndex)))
        {
            return false;
        }
        result = new MessageId(ledger, entry, partition, batchIndex, parts.Length > 4 ? parts[4] : "");
        return true;
    }

    public int CompareTo(MessageId? other)
    {
        if (other is null)
            return 1;
        var first = (LedgerId, EntryId, Partition).CompareTo((other.LedgerId, other.EntryId, other.Partition));
        if (first != 0)
            return first;
        var topics = string.CompareOrdinal(Topic, other.Topic);
        return topics != 0 ? topics : BatchIndex.CompareTo(other.BatchIndex);
    }

    public bool Equals(MessageId? other) => other is not null && Order == other.Order;

    public override bool Equals(object? o) => o is MessageId id && Equals(id);

    public override int GetHashCode() => Order.GetHashCode();

    public override string ToString() => $"{LedgerId}:{EntryId}:{Partition}:{BatchIndex}{(Topic.Length > 0 ? $":{Topic}" : "")}";

    private static int Compare(MessageId? x, MessageId? y) => x is null ? (y is null ? 0 : -1) : x.CompareTo(y);
}
