using System.Text.Json;
using DotPulsar.Schemas;

namespace DotPulsar;

/// <summary>The schemas there are.</summary>
public static class Schema
{
    public static ByteSequenceSchema ByteSequence { get; } = new();

    public static ByteArraySchema ByteArray { get; } = new();

    public static StringSchema String { get; } = StringSchema.UTF8;

    public static JsonSchema<T> Json<T>() => new();

    public static JsonSchema<T> Json<T>(JsonSerializerOptions options) => new(options);
}
