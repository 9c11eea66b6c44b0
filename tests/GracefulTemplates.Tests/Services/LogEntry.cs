using System.Text.Json;

namespace GracefulTemplates.Tests.Services;

/// <summary>A line the service printed, when it came, and what it says if it is an entry of the JSON console.</summary>
public sealed record LogEntry(TimeSpan At, string Line, int EventId, string Level, string Category, string Message, string Exception)
{
    public const int Report = 100, Refused = 101, Budget = 102, Stopping = 103, Draining = 107, Waiting = 104, Aborting = 105, ConsumerFailed = 305,
        JobBegun = 901;

    /// <summary>What a line is that is no entry: the lab's own words, standard error.</summary>
    public const string Plain = "";

    public bool IsPlain => Level == Plain;

    public bool Says(string text) =>
        Message.Contains(text, StringComparison.Ordinal) || Exception.Contains(text, StringComparison.Ordinal);

    public static LogEntry Parse(TimeSpan at, string line)
    {
        if (!line.StartsWith('{') || !line.EndsWith('}')) // A process that was killed may have been in the middle of a line.
            return new(at, line, 0, Plain, Plain, line, "");
        var entry = JsonElement.Parse(line);
        return new(at, line, entry.GetProperty("EventId").GetInt32(), Text("LogLevel"), Text("Category"), Text("Message"), Text("Exception"));

        string Text(string property) => entry.TryGetProperty(property, out var value) ? value.GetString()! : "";
    }

    /// <summary>When the service said it; it comes here later.</summary>
    public DateTime LoggedAt => JsonElement.Parse(Line).GetProperty("Timestamp").GetDateTime();

    /// <summary>A value of the entry by its name in the message template.</summary>
    public JsonElement State(string name) => JsonElement.Parse(Line).GetProperty("State").GetProperty(name);

    public override string ToString() => $"{At.TotalSeconds,7:0.000} {Line}";
}
