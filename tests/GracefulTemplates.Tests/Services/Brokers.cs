using System.Reflection;
using PulsarBroker.Control;
using Xunit.Sdk;

namespace GracefulTemplates.Tests.Services;

internal static class Brokers
{
    private static readonly SharedApachePulsar Apache = new(Repository.Root);

    /// <summary>Why a test cannot have an Apache Pulsar of its own; null when it can.</summary>
    public static string? CannotStart { get; } = ApachePulsar.Missing(Repository.Root);

    /// <summary>Why there is no Apache Pulsar here; null when there is.</summary>
    public static string? Missing => Apache.Missing;

    /// <summary>One for all tests, from the first that wants it to the end of the process.</summary>
    public static Task<ApachePulsar> ApacheAsync() => Apache.UseAsync();
}

/// <summary>
/// Runs a theory on Apache Pulsar where it is, which <see cref="BrokerTests"/> shows, and on the test broker elsewhere; on both with
/// GRACEFUL_LONG=1. The kind comes first, then these values.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class OnBrokersAttribute(params object[] values) : DataAttribute
{
    /// <summary>The test stops and starts it.</summary>
    public bool Own { get; init; }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        var hasApache = (Own ? Brokers.CannotStart : Brokers.Missing) is null;
        if (hasApache) yield return [BrokerKind.Apache, .. values];
        if (!hasApache || LongFactAttribute.IsAsked) yield return [BrokerKind.Test, .. values];
    }
}

/// <summary>A test that only Apache Pulsar can pass.</summary>
internal sealed class ApacheFactAttribute : FactAttribute
{
    public ApacheFactAttribute() => Skip = Brokers.Missing;
}

[Trait("Category", "Slow")]
public sealed class BrokerTests
{
    [ApacheFact]
    public async Task Tests_run_on_Apache_Pulsar() => Assert.Equal("ok", await (await Brokers.ApacheAsync()).Admin.GetStringAsync("brokers/health"));
}
