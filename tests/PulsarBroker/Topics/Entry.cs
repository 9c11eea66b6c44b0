using System.Text;
using PulsarBroker.Protocol;

namespace PulsarBroker.Topics;

/// <summary>What a producer has sent at once: a single message or a batch.</summary>
internal sealed record Entry(int Number, Metadata Metadata, byte[] Payload)
{
    public bool IsBatch => Metadata.HasNumMessages;

    public int Messages { get; } = Metadata.HasNumMessages ? Metadata.NumMessages : 1;

    /// <summary>What Key_Shared keeps in order; the entries without a key are one key.</summary>
    public string OrderingKey { get; } = Metadata.HasOrderingKey ? Encoding.Latin1.GetString(Metadata.OrderingKey.Span) : Metadata.Key;
}

/// <summary>What has become of an entry in one subscription.</summary>
internal sealed class EntryState
{
    public bool Acknowledged { get; set; }

    /// <summary>How often it was acknowledged; more than once is a message that was handled twice.</summary>
    public int Acknowledgements { get; set; }

    public uint RedeliveryCount { get; set; }

    public List<string> DeliveredTo { get; } = [];
}
