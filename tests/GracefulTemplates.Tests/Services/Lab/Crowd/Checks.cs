using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Service_1.Crowd;

/// <summary>Readiness checks that misbehave once the gate is open.</summary>
internal static class Checks
{
    public const string Secret = "password=hunter2";

    public static void Add(IServiceCollection services)
    {
        var checks = services.AddHealthChecks();
        if (Parts.Has("check-throws")) checks.AddAsyncCheck("crowd", () => ThrowAsync(), tags: ["ready"]);
        if (Parts.Has("check-blocks")) checks.AddCheck("crowd", Block, tags: ["ready"]);
        if (Parts.Has("check-hangs")) checks.AddAsyncCheck("crowd", HangAsync, tags: ["ready"]);
        if (Parts.Has("check-cannot-be-made"))
            checks.Add(new HealthCheckRegistration("crowd", _ => Parts.GateIsOpen ? throw new InvalidOperationException(Secret) : new Fine(), null, ["ready"]));
        if (Parts.Has("check-cannot-be-made-in-time"))
            checks.Add(new HealthCheckRegistration("crowd", _ => Slow(), null, ["ready"]));
    }

    private static async Task<HealthCheckResult> ThrowAsync()
    {
        await Task.Yield();
        return Parts.GateIsOpen ? throw new InvalidOperationException(Secret) : HealthCheckResult.Healthy();
    }

    private static HealthCheckResult Block()
    {
        if (Parts.GateIsOpen)
        {
            Parts.Say("the check hangs");
            Thread.Sleep(Timeout.Infinite);
        }
        return HealthCheckResult.Healthy();
    }

    private static async Task<HealthCheckResult> HangAsync()
    {
        if (Parts.GateIsOpen)
        {
            Parts.Say("the check hangs");
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }
        return HealthCheckResult.Healthy();
    }

    private static Fine Slow()
    {
        Block();
        return new Fine();
    }

    private sealed class Fine : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(HealthCheckResult.Healthy());
    }
}
