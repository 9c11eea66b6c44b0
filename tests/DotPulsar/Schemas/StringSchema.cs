using System.Buffers;
using System.Text;
using DotPulsar.Abstractions;

namespace DotPulsar.Schemas;

/// <summary>Text.</summary>
public sealed class StringSchema(Encoding encoding) : ISchema<string>
{
    public static StringSchema UTF8 { get; } = new(Encoding.UTF8);

    public SchemaInfo SchemaInfo { get; } =
        new("String", [], SchemaType.String, new Dictionary<string, string> { ["__charset"] = encoding.WebName.ToUpperInvariant() });

    public string Decode(ReadOnlySequence<byte> bytes, byte[]? schemaVersion) => encoding.GetString(bytes);

    public ReadOnlySequence<byte> Encode(string message) => new(encoding.GetBytes(message));
}
