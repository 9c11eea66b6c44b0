using Google.Protobuf;
using Wire = PulsarBroker.Protocol;

namespace DotPulsar;

/// <summary>What goes with a message beside its payload.</summary>
public sealed class MessageMetadata
{
    internal Wire.Metadata Wire { get; } = new();

    public long DeliverAtTime
    {
        get => Wire.DeliverAt;
        set => Wire.DeliverAt = value;
    }

    public DateTime DeliverAtTimeAsDateTime
    {
        get => DeliverAtTimeAsDateTimeOffset.UtcDateTime;
        set => DeliverAtTimeAsDateTimeOffset = new DateTimeOffset(value);
    }

    public DateTimeOffset DeliverAtTimeAsDateTimeOffset
    {
        get => DateTimeOffset.FromUnixTimeMilliseconds(DeliverAtTime);
        set => DeliverAtTime = value.ToUnixTimeMilliseconds();
    }

    public ulong EventTime
    {
        get => Wire.EventTime;
        set => Wire.EventTime = value;
    }

    public DateTime EventTimeAsDateTime
    {
        get => EventTimeAsDateTimeOffset.UtcDateTime;
        set => EventTimeAsDateTimeOffset = new DateTimeOffset(value);
    }

    public DateTimeOffset EventTimeAsDateTimeOffset
    {
        get => DateTimeOffset.FromUnixTimeMilliseconds((long)EventTime);
        set => EventTime = (ulong)value.ToUnixTimeMilliseconds();
    }

    public string? Key
    {
        get => Wire.Key;
        set => (Wire.Key, Wire.KeyIsBase64) = (value, false);
    }

    public byte[]? KeyBytes
    {
        get => Wire.KeyIsBase64 ? Convert.FromBase64String(Wire.Key) : System.Text.Encoding.UTF8.GetBytes(Wire.Key);
        set
        {
            if (value is not null)
                (Wire.Key, Wire.KeyIsBase64) = (Convert.ToBase64String(value), true);
        }
    }

    public byte[]? OrderingKey
    {
        get => Wire.OrderingKey.IsEmpty ? null : Wire.OrderingKey.ToByteArray();
        set => Wire.OrderingKey = ByteString.CopyFrom(value);
    }

    public byte[]? SchemaVersion
    {
        get => Wire.SchemaVersion.IsEmpty ? null : Wire.SchemaVersion.ToByteArray();
        set => Wire.SchemaVersion = ByteString.CopyFrom(value);
    }

    public ulong SequenceId
    {
        get => Wire.SequenceId;
        set => Wire.SequenceId = value;
    }

    public string? this[string key]
    {
        get => Wire.Properties.FirstOrDefault(p => p.Key == key)?.Value;
        set
        {
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(value);
            if (Wire.Properties.FirstOrDefault(p => p.Key == key) is { } known)
                known.Value = value;
            else
                Wire.Properties.Add(new Wire.Pair { Key = key, Value = value });
        }
    }
}
