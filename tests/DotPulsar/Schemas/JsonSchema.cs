using System.Buffers;
using System.Text.Json;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;

namespace DotPulsar.Schemas;

/// <summary>JSON. What it announces to the broker is its name only: this broker keeps no schemas.</summary>
public sealed class JsonSchema<T>(JsonSerializerOptions options) : ISchema<T>
{
    public JsonSchema()
        : this(new JsonSerializerOptions())
    {
    }

    public SchemaInfo SchemaInfo { get; } = new(typeof(T).Name, [], SchemaType.Json, new Dictionary<string, string>());

    public T Decode(ReadOnlySequence<byte> bytes, byte[]? schemaVersion = null)
    {
        var failure = $"Failed to deserialize JSON to type '{typeof(T).Name}'";
        try
        {
            return JsonSerializer.Deserialize<T>(bytes.ToArray(), options) ?? throw new SchemaSerializationException(failure);
        }
        catch (JsonException e)
        {
            throw new SchemaSerializationException(failure, e);
        }
    }

    public ReadOnlySequence<byte> Encode(T message) => new(JsonSerializer.SerializeToUtf8Bytes(message, options));
}
