using Google.Protobuf;
using Wire = PulsarBroker.Protocol;

namespace DotPulsar;

/// <summary>How a schema is announced to the broker.</summary>
public sealed class SchemaInfo
{
    public SchemaInfo(string name, byte[] data, SchemaType type, IReadOnlyDictionary<string, string> properties)
    {
        Wire = new Wire.Schema { Name = name, Data = ByteString.CopyFrom(data), Type = (int)type };
        Wire.Properties.AddRange(properties.Select(p => new Wire.Pair { Key = p.Key, Value = p.Value }));
    }

    public string Name => Wire.Name;

    public byte[] Data => Wire.Data.ToByteArray();

    public SchemaType Type => (SchemaType)Wire.Type;

    public IReadOnlyDictionary<string, string> Properties => Wire.Properties.ToDictionary(p => p.Key, p => p.Value);

    internal Wire.Schema Wire { get; }
}
