using DotPulsar.Abstractions;
using Wire = PulsarBroker.Protocol;

namespace DotPulsar.Internal;

/// <summary>
/// Batches that were received and not yet acknowledged as a whole. They outlive a lost connection, as in the real client:
/// what was unpacked is still handed out.
/// </summary>
internal sealed class OpenBatches<TMessage>(ISchema<TMessage> schema)
{
    private readonly Lock _gate = new();
    private readonly Queue<IMessage<TMessage>> _messages = new();
    private readonly List<(Wire.EntryId Id, HashSet<int> Open)> _batches = [];

    /// <summary>The next message of the batch that was unpacked last.</summary>
    public IMessage<TMessage>? Next()
    {
        lock (_gate)
            return _messages.TryDequeue(out var message) ? message : null;
    }

    /// <summary>Unpacks an entry.</summary>
    public void Add(Wire.Delivery delivery, Wire.Metadata metadata, ReadOnlyMemory<byte> payload)
    {
        var id = delivery.Id;
        var messages = Wire.Batch.Decode(payload, metadata.NumMessages).Select((m, i) => new Message<TMessage>(
            new MessageId(id.Ledger, id.Entry, id.Partition, i), m.Payload, delivery.RedeliveryCount, metadata, m.Metadata, schema)).ToArray();
        lock (_gate)
        {
            _batches.Add((id, [.. Enumerable.Range(0, messages.Length)]));
            foreach (var message in messages)
                _messages.Enqueue(message);
        }
    }

    /// <summary>The id of the entry once all its messages are acknowledged; null: the broker is told nothing yet.</summary>
    public Wire.EntryId? Acknowledge(Wire.EntryId id)
    {
        lock (_gate)
        {
            var at = _batches.FindIndex(b => (b.Id.Ledger, b.Id.Entry, b.Id.Partition) == (id.Ledger, id.Entry, id.Partition));
            if (at < 0)
                return null;
            var (entry, open) = _batches[at];
            open.Remove(id.BatchIndex);
            if (open.Count > 0)
                return null;
            _batches.RemoveAt(at);
            return entry;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _messages.Clear();
            _batches.Clear();
        }
    }
}
