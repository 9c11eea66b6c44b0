global using Graceful.Service_1.Crowd;

namespace Graceful.Service_1.Crowd;

/// <summary>What a generated service has and stock has not.</summary>
internal static class Own
{
    public static void Add(IServiceCollection services) => services.AddHealthChecks();

    public static void Map(WebApplication app) => app.MapHealthChecks("/ready");

    public static T EndsOnDrain<T>(this T endpoint) => endpoint;
}

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class EndsOnDrainAttribute : Attribute;
