using System.Buffers;
using System.Text;
using DotPulsar;
using DotPulsar.Abstractions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>What goes to the dead letter topic: the message as it was, and why it is there.</summary>
internal static class DeadLetterCopy
{
    /// <summary>Enough of an exception's text to know what has happened.</summary>
    private const int MaxReasonBytes = 4_096;

    /// <summary>For what a producer adds to every message: its name, times, numbers, lengths.</summary>
    private const int Overhead = 512;

    /// <param name="message">The original; its properties, keys, event time and schema version go along.</param>
    /// <param name="added">What is added, the most important first.</param>
    /// <param name="maxBytes">What the broker takes. What is added is left out or cut as far as it does not fit.</param>
    public static MessageMetadata Of(IMessage<ReadOnlySequence<byte>> message, IEnumerable<(string Name, string Value)> added, int maxBytes)
    {
        var copy = new MessageMetadata { EventTime = message.EventTime };
        if (message.HasBase64EncodedKey) copy.KeyBytes = message.KeyBytes;
        else if (message.Key is { Length: > 0 } key) copy.Key = key;
        if (message.HasOrderingKey) copy.OrderingKey = message.OrderingKey;
        if (message.SchemaVersion is { } version) copy.SchemaVersion = version;
        foreach (var (name, value) in message.Properties) copy[name] = value;

        var room = maxBytes - Overhead - Size(message);
        foreach (var (name, value) in added)
        {
            var text = Cut(value, Math.Min(room - Size(name), MaxReasonBytes));
            if (text.Length == 0 && value.Length > 0) continue;
            copy[name] = text;
            room -= Size(name) + Size(text);
        }
        return copy;
    }

    private static int Size(IMessage message) => (int)message.Data.Length + Size(message.Key ?? "") + (message.OrderingKey?.Length ?? 0) +
        message.Properties.Sum(property => Size(property.Key) + Size(property.Value));

    // With its length and its type before it.
    private static int Size(string text) => Encoding.UTF8.GetByteCount(text) + 8;

    private static string Cut(string text, int maxBytes)
    {
        if (maxBytes <= 0) return "";
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;
        Encoding.UTF8.GetEncoder().Convert(text, new byte[maxBytes], flush: false, out var fitting, out _, out _);
        return text[..fitting];
    }
}
