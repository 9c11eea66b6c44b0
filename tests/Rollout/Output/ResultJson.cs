using System.Text.Json;

namespace Rollout.Output;

/// <summary>The result for programs.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Of(IEnumerable<ScenarioRun> runs) => JsonSerializer.Serialize(runs.Select(run => new
    {
        scenario = run.Settings.Scenario.Name,
        run.Settings.Lags,
        promiseKept = run.Broken.Count == 0,
        run.Broken,
        targets = run.Results.Select(result => new
        {
            result.Target.Name, result.Target.Summary, result.Requests, result.Failed, result.DisruptedAt, result.EndedAt,
            deployment = result.Target.Deployment,
            result.Series, result.Messages, result.Pods, result.Starts,
        }),
    }), Options);
}
