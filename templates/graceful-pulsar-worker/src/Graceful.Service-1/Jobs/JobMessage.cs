using System.Buffers;
using System.Text.Json;
using Graceful.Service_1.Messaging;

namespace Graceful.Service_1.Jobs;

/// <summary>The payload: <c>{"name":"x","seconds":0.2}</c>.</summary>
public sealed record JobMessage(string Name, double Seconds)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="PoisonMessageException">It is no job, and trying again will not make it one.</exception>
    public static JobMessage Parse(ReadOnlySequence<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            return JsonSerializer.Deserialize<JobMessage>(ref reader, Json) is { Name.Length: > 0, Seconds: >= 0 and <= 600 } job
                ? job
                : throw new PoisonMessageException("A job has a name and takes 0 to 600 seconds.");
        }
        catch (JsonException e)
        {
            throw new PoisonMessageException($"Not a job: {e.Message}", e);
        }
    }
}
