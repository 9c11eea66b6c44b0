using Rollout.Output;
using Rollout.Targets;
using Spectre.Console;

namespace Rollout;

/// <summary>What a scenario has shown, and whether that is as it has to be.</summary>
internal sealed record ScenarioRun(Settings Settings, IReadOnlyList<TargetResult> Results)
{
    public static async Task<ScenarioRun> RunAsync(Settings settings, TargetBuilds builds, IAnsiConsole progress, CancellationToken cancellationToken)
    {
        progress.WriteLine($"{settings.Scenario.Name}: {settings.Scenario.Summary} ({string.Join(", ", settings.Targets)})");
        var targets = await builds.BuildAsync(settings);
        return new(settings, await RunProgress.ShowAsync(progress, [.. targets.Select(target => new TargetRun(target, settings))], cancellationToken));
    }

    /// <summary>The promise is that of the graceful templates; the others are held against it only where they run alone.</summary>
    public IReadOnlyList<string> Broken => [.. Results.Where(result => result.Target.IsGraceful || Results.All(other => !other.Target.IsGraceful)).SelectMany(Promise.BrokenBy)];

    public string Verdict => (Broken.Count == 0, Settings.Scenario) switch
    {
        (true, { IsControl: true }) => "The promise was kept, so this control has failed to break it.",
        (true, _) => "The promise was kept.",
        (_, { IsControl: true }) => "The promise was broken, as this control must.",
        _ => "The promise was broken.",
    };
}
