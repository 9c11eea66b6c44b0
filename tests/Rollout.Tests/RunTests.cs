using Benchmarks;
using Rollout.Load;
using Rollout.Targets;

namespace Rollout.Tests;

/// <summary>Real processes, short: one rollout of two pods each, side by side.</summary>
[Trait("Category", "Slow")]
public sealed class RunTests
{
    private static readonly string[] Short = ["--replicas", "2", "--min-ready", "1", "--prestop", "1", "--delay", "3", "--grace", "20", "--lag", "1"];

    [Fact]
    public async Task A_rollout_loses_requests_of_the_stock_template_and_none_of_ours()
    {
        var settings = Settings.Parse([.. Short, "--target", "both"]);
        var control = Settings.Parse([.. Short, "--scenario", "control-no-delay"]);
        var results = await Workspace.UseAsync(async workspace =>
        {
            var targets = await new TargetBuilds(workspace).BuildAsync(settings);
            var ours = targets.Single(target => target.IsGraceful);
            var broken = ours with { Name = "control", Deployment = control.Scenario.Change(ours.Deployment) };
            return await Task.WhenAll(targets.Append(broken)
                .Select(target => new TargetRun(target, target == broken ? control : settings).RunAsync(CancellationToken.None)));
        });

        Assert.Equal(["stock", "graceful", "control"], results.Select(result => result.Target.Name));
        Assert.NotEqual(0, results[0].Failed);
        // Its latency is not asserted: the machine of a test is busy. HttpClient's own GOAWAY race is not ours.
        Assert.All(results[1].Series, series =>
            Assert.True(series.Failed == series.LostToGoAway, $"{series.Name}: {string.Join<Failure>(", ", series.Failures)}"));
        Assert.All(results[1].Pods, pod => Assert.True(pod is { ExitCode: 0 or null, WasKilled: false }, $"{pod}"));
        Assert.NotEmpty(Promise.BrokenBy(results[2]));
        Assert.NotEqual(0, results[2].Failed);
        // Of the latencies only that they are there: each of the two new pods has answered.
        Assert.All(results, result => Assert.Equal(2, result.Starts!.Pods.Length));
        Assert.All(results.SelectMany(result => result.Starts!.Pods), pod => Assert.InRange(pod.First, 1, 10_000));
    }

    [Fact]
    public async Task A_rollout_repeats_messages_of_the_clients_sample_and_of_its_Process_and_none_of_ours()
    {
        string[] brokers = MessageLoad.MissingApache is null ? ["test", "apache"] : ["test"];
        await Workspace.UseAsync(async workspace =>
        {
            var builds = new TargetBuilds(workspace);
            foreach (var broker in brokers)
                AssertMessages(broker, await RunAsync(builds, broker));
            return brokers;
        });
    }

    private static async Task<TargetResult[]> RunAsync(TargetBuilds builds, string broker)
    {
        List<TargetRun> runs = [];
        foreach (var settings in Settings.Parse([.. Short, "--scenario", "messages,control-process", "--broker", broker]).Runs)
            runs.AddRange((await builds.BuildAsync(settings)).Select(target => new TargetRun(target, settings)));
        return await Task.WhenAll(runs.Select(run => run.RunAsync(CancellationToken.None)));
    }

    private static void AssertMessages(string broker, TargetResult[] results)
    {
        Assert.Equal(["stock", "graceful", "graceful"], results.Select(result => result.Target.Name));
        Assert.True(results[0].Messages!.HandledTwice > 0, $"{broker}: {results[0].Messages}");
        Assert.True(!Promise.BrokenBy(results[1]).Any(), $"{broker}: {string.Join(", ", Promise.BrokenBy(results[1]))}");
        Assert.True(results[2].Messages!.CutOff > 0, $"{broker}: {results[2].Messages}");
    }
}
