using System.Diagnostics.CodeAnalysis;

namespace Graceful.Service_1.Health;

/// <summary>What has to be done before the first request or message: caches, connections, compilation. <c>AddWarmUp</c> registers it.</summary>
public interface IWarmUp
{
    /// <summary>Does it. The listeners are open already. If it throws it is tried again, for as long as it takes.</summary>
    Task WarmUpAsync(CancellationToken cancellationToken);
}

public static class WarmUpExtensions
{
    /// <summary>Several attempts fit into the 60 s of the startup probe.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Has it done before <c>/started</c> and <c>/ready</c> say 200: one after the other, every attempt in a scope of its own.</summary>
    /// <param name="health">What <c>AddHealth</c> and <c>AddHealthChecks</c> return.</param>
    /// <param name="name">What <c>/ready</c> and the log call it.</param>
    /// <param name="timeout">How long one attempt may take; 10 s if not given.</param>
    public static IHealthChecksBuilder AddWarmUp<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TWarmUp>(
        this IHealthChecksBuilder health, string name, TimeSpan? timeout = null) where TWarmUp : class, IWarmUp
    {
        health.Services.AddSingleton(new WarmUpRegistration(name, timeout ?? DefaultTimeout, ActivatorUtilities.GetServiceOrCreateInstance<TWarmUp>));
        return health;
    }
}
