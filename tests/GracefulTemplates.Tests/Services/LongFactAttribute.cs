namespace GracefulTemplates.Tests.Services;

/// <summary>A test that takes minutes, for figures rather than for every day: GRACEFUL_LONG=1.</summary>
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute() => Skip = Environment.GetEnvironmentVariable("GRACEFUL_LONG") == "1" ? null : "Takes minutes; set GRACEFUL_LONG=1.";
}
