using Spectre.Console;

namespace Rollout.Output;

/// <summary>Shows how far the targets are, on standard error.</summary>
internal static class RunProgress
{
    public static async Task<TargetResult[]> ShowAsync(IAnsiConsole console, IReadOnlyList<TargetRun> runs, CancellationToken cancellationToken)
    {
        TargetResult[] results = [];
        var progress = console.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn());
        await progress.StartAsync(async context =>
        {
            var bars = runs.Select(run => (Run: run, Bar: context.AddTask(Markup.Escape(run.Target.Name), maxValue: run.Estimate.TotalSeconds))).ToList();
            var all = Task.WhenAll(bars.Select(async entry =>
            {
                var result = await entry.Run.RunAsync(cancellationToken);
                entry.Bar.Value = entry.Bar.MaxValue;
                return result;
            }));
            while (await Task.WhenAny(all, Task.Delay(250, CancellationToken.None)) != all)
            {
                foreach (var (run, bar) in bars.Where(entry => !entry.Bar.IsFinished))
                {
                    bar.Value = Math.Min(bar.ElapsedTime?.TotalSeconds ?? 0, bar.MaxValue * 0.99);
                    bar.Description = Describe(run);
                }
            }
            foreach (var (run, bar) in bars) bar.Description = Describe(run);
            results = await all;
        });
        return results;
    }

    private static string Describe(TargetRun run)
    {
        if (!run.IsRunning) return $"{run.Target.Name}: starting";
        if (run.Published is { } published) return $"{run.Target.Name}: {run.Stopped} pods replaced, {published:N0} messages";
        var failed = run.Failed == 0 ? "0 failed" : $"[red]{run.Failed:N0} failed[/]";
        return $"{run.Target.Name}: {run.Stopped} pods replaced, {run.Requests:N0} requests, {failed}";
    }
}
