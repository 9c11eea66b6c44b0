namespace GracefulTemplates.Tests.Services;

/// <summary>A test that takes minutes, for figures rather than for every day: GRACEFUL_LONG=1.</summary>
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute() => Skip = IsAsked ? null : "Takes minutes; set GRACEFUL_LONG=1.";

    public static bool IsAsked => Environment.GetEnvironmentVariable("GRACEFUL_LONG") == "1";
}

/// <summary>The same for a test that only Apache Pulsar can pass.</summary>
internal sealed class LongApacheFactAttribute : FactAttribute
{
    public LongApacheFactAttribute() => Skip = new LongFactAttribute().Skip ?? Brokers.Missing;
}

/// <summary>A theory that takes minutes.</summary>
internal sealed class LongTheoryAttribute : TheoryAttribute
{
    public LongTheoryAttribute() => Skip = new LongFactAttribute().Skip;
}

/// <summary>A test that says whether the real client is used.</summary>
internal sealed class RealClientFactAttribute : FactAttribute
{
    public RealClientFactAttribute() => Skip = DotPulsarPackage.Replaced;
}
