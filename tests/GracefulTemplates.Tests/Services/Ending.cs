using System.Text;
using System.Text.Json;

namespace GracefulTemplates.Tests.Services;

/// <summary>How a service ended: its exit code, how long after the last signal, and what it said.</summary>
public sealed record Ending(int ExitCode, TimeSpan AfterSignal, string ReportText, ServiceLog Log)
{
    /// <summary>What a busy machine is late by, in seconds; GRACEFUL_LATENESS says how busy it is.</summary>
    private static readonly double Lateness =
        double.Parse(Environment.GetEnvironmentVariable("GRACEFUL_LATENESS") ?? "5", System.Globalization.CultureInfo.InvariantCulture);

    public JsonElement Report => JsonElement.Parse(ReportText);
    public string? Outcome => Report.GetProperty("outcome").GetString();
    public string? Reason => Report.GetProperty("reason").GetString();
    public string Error => Report.TryGetProperty("error", out var error) ? error.GetString()! : "";

    /// <summary>What was cut off, by name and age.</summary>
    public IReadOnlyList<(string Name, double AgeSeconds)> Aborted => !Report.TryGetProperty("aborted", out var aborted) ? [] :
        [.. aborted.EnumerateArray().Select(item => (item.GetProperty("name").GetString()!, item.GetProperty("ageSeconds").GetDouble()))];

    public int Work(string count) => Report.GetProperty("work").GetProperty(count).GetInt32();
    public int Messages(string count) => Report.GetProperty("messages").GetProperty(count).GetInt32();

    /// <summary>Asserts how it ended, and that exit code, report and last log entry agree about it.</summary>
    public Ending Is(int exitCode, string outcome)
    {
        Assert.Equal((exitCode, outcome), (ExitCode, Outcome));
        Assert.Equal(exitCode, Report.GetProperty("exitCode").GetInt32());
        Assert.InRange(Encoding.UTF8.GetByteCount(ReportText), 1, 4096);
        return this;
    }

    /// <summary>Asserts that the last log entry is the report, and that its numbers add up.</summary>
    public Ending SaidSo()
    {
        var last = Log.Entries.Last(entry => !entry.IsPlain);
        Assert.Equal(LogEntry.Report, last.EventId);
        Assert.Equal(Outcome, last.State("Outcome").GetString());
        Assert.Equal(ExitCode, last.State("ExitCode").GetInt32());
        Assert.Single(Log.Of(LogEntry.Report));
        if (Report.TryGetProperty("messages", out _))
            Assert.Equal(Messages("received"), Messages("completed") + Messages("released") + Messages("deadLettered") + Messages("aborted"));
        return this;
    }

    /// <summary>
    /// Asserts that it took no longer, by its own clock: a busy machine tells a test seconds later of an end. With a load of 58 on two cores
    /// the service itself is late by up to 2 s.
    /// </summary>
    public Ending Took(double atMost)
    {
        Assert.InRange(Report.GetProperty("seconds").GetProperty("total").GetDouble(), 0, atMost);
        return this;
    }

    /// <summary>Asserts that it ended that soon after the last signal, give or take what a busy machine is late by.</summary>
    public Ending Within(double seconds)
    {
        Assert.InRange(AfterSignal.TotalSeconds, 0, seconds + Lateness);
        return this;
    }
}
