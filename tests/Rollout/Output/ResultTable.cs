using System.Globalization;
using Rollout.Load;
using Spectre.Console;

namespace Rollout.Output;

/// <summary>The result for people.</summary>
internal static class ResultTable
{
    public static void Write(IAnsiConsole console, ScenarioRun run)
    {
        console.WriteLine($"{run.Settings.Scenario.Name}: {run.Settings.Scenario.Summary}");
        console.Write(run.Settings.Scenario.Transport == Transport.Messages ? Messages(run) : Requests(run));
        console.WriteLine();
        if (run.Results.Any(result => result.Starts is not null))
        {
            console.WriteLine($"The first {PodLatencies.FirstRequests} requests of each new pod, in milliseconds:");
            console.Write(Starts(run));
            console.WriteLine();
        }
        foreach (var result in run.Results) console.WriteLine(Pods(result));
        foreach (var sentence in run.Broken) console.WriteLine($"  {sentence}");
        console.WriteLine($"{run.Verdict}\n");
    }

    private static Table Requests(ScenarioRun run)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("service", "client", "requests", "failed", "longest s", "how they failed");
        foreach (var result in run.Results)
        {
            foreach (var series in result.Series)
            {
                table.AddRow(
                    Markup.Escape(result.Target.Name), Markup.Escape(series.Name),
                    Number(series.Requests), Bad(series.Failed),
                    series.LongestDuring is { } longest ? Number(longest, "0.0") : "",
                    Markup.Escape(string.Join(", ", series.Failures.Select(failure => $"{failure.Count} {failure.Reason}"))));
            }
        }
        return table;
    }

    private static Table Starts(ScenarioRun run)
    {
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns("service", "pod", "the first", "median", "p99", "slowest in its first 2 s", "steady median", "steady p99", "slowest / steady p99");
        foreach (var result in run.Results.Where(result => result.Starts is not null))
        {
            var steady = result.Starts!;
            foreach (var pod in steady.Pods)
            {
                table.AddRow(Markup.Escape(result.Target.Name), Markup.Escape(pod.Pod), Number(pod.First), Number(pod.Median), Number(pod.P99),
                    Number(pod.SlowestInFirst2Seconds), Number(steady.SteadyMedian), Number(steady.SteadyP99), Number(pod.SlowestInFirst2Seconds / steady.SteadyP99, "0.0"));
            }
        }
        return table;
    }

    private static Table Messages(ScenarioRun run)
    {
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns("service", "messages", "in flight at a signal", "begun after it", "cut off", "handled twice", "lost", "not acknowledged");
        foreach (var (target, messages) in run.Results.Select(result => (result.Target, result.Messages!)))
        {
            table.AddRow(
                Markup.Escape(target.Name), Number(messages.Published), Number(messages.InFlightAtSignal), Number(messages.BegunAfterSignal),
                Bad(messages.CutOff), Bad(messages.HandledTwice), Bad(messages.Lost), Bad(messages.Unacknowledged));
        }
        return table;
    }

    /// <summary>How the pods of one target ended, in one line.</summary>
    private static string Pods(TargetResult result)
    {
        var stopped = result.Pods.Where(pod => pod.StoppedAt is not null).ToList();
        var codes = stopped.GroupBy(pod => pod.ExitCode).OrderBy(group => group.Key).Select(group => $"{group.Count()} x {group.Key}");
        var longest = stopped.Max(pod => pod.StopSeconds);
        return string.Create(CultureInfo.InvariantCulture,
            $"{result.Target.Name} ({result.Target.Summary}): {result.Failed:N0} of {result.Requests:N0} failed while {stopped.Count} pods were replaced; "
            + $"exit codes {string.Join(", ", codes)}; from SIGTERM to the end at most {longest:0.0} s");
    }

    private static string Bad(long count) => count == 0 ? "0" : $"[red]{Number(count)}[/]";

    private static string Number(double value, string format = "N0") => value.ToString(format, CultureInfo.InvariantCulture);
}
