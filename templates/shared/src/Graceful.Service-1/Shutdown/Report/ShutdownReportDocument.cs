using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graceful.Service_1.Shutdown;

/// <summary>The report as JSON has it. A part that a service does not have is left out.</summary>
internal sealed record ShutdownReportDocument(string Outcome, int ExitCode, string Reason, string? Error,
    ShutdownSeconds Seconds, WorkCounts Work, IReadOnlyList<AbortedWork>? Aborted, int? AbortedNotListed)
{
    /// <summary>What Kubernetes keeps of a termination message.</summary>
    private const int MaxBytes = 4096;

    [JsonExtensionData] public Dictionary<string, JsonElement>? Sections { get; set; }

    [JsonIgnore] public bool Fits => Encoding.UTF8.GetByteCount(ToJson()) <= MaxBytes;

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.ShutdownReportDocument);

    // An element: the source generator writes a JsonObject here as an object within the object, which is no JSON.
    public static JsonElement ToJson(IReadOnlyDictionary<string, int> counts) =>
        JsonSerializer.SerializeToElement(counts, ReportJson.Readable.IReadOnlyDictionaryStringInt32);
}

internal sealed record ShutdownSeconds(double Total, double Delay, double Drain, double Flush);
internal sealed record WorkCounts(long InFlightAtSignal, long ArrivedAfterSignal, long Completed, int Aborted);
internal sealed record AbortedWork(string Name, double AgeSeconds);

// Source-generated: the first use of reflection-based JSON is slow, and this runs while time is short.
[JsonSerializable(typeof(ShutdownReportDocument))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, int>))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static ReportJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Names in any script as they are: this goes to a log and a file, never into a page.
    });
}
