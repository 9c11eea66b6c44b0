using System.Globalization;
using System.Text;

namespace Benchmarks;

/// <summary>What is compared, and how one measurement of it is taken: one value per metric.</summary>
internal sealed record Candidate(string Name, Func<Task<double[]>> MeasureAsync);

/// <summary>One figure of a measurement, and what its ratio to the baseline is to be, or how much more than it.</summary>
internal sealed record Metric(string Name, string Format, double? AtMost = null, double? AtLeast = null, double? AtMostMore = null);

/// <summary>Compares candidates with a baseline on a machine that is never quiet.</summary>
/// <remarks>
/// Each round measures all candidates there and back (A A B B A A), so that a machine that slows down or speeds up burdens them
/// alike. The baseline is measured "again" as if it were a candidate: its ratio shows what the method cannot resolve.
/// </remarks>
internal static class Pairs
{
    public static async Task<string> CompareAsync(int rounds, Metric[] metrics, Candidate baseline, params Candidate[] subjects)
    {
        var control = baseline with { Name = baseline.Name + ", again" };
        List<Candidate> there = [baseline, control, .. subjects];
        foreach (var candidate in there) await candidate.MeasureAsync(); // Warms up the caches.

        List<Dictionary<Candidate, double[]>> means = [];
        for (var round = 1; round <= rounds; round++)
        {
            var sums = there.ToDictionary(candidate => candidate, _ => new double[metrics.Length]);
            foreach (var candidate in there.Concat(Enumerable.Reverse(there)))
            {
                var values = await candidate.MeasureAsync();
                for (var i = 0; i < metrics.Length; i++) sums[candidate][i] += values[i] / 2;
            }
            means.Add(sums);
            Console.Error.WriteLine($"round {round} of {rounds}: " + string.Join("; ", there.Select(candidate =>
                $"{candidate.Name} {string.Join(", ", metrics.Select((metric, i) => Text(metric, sums[candidate][i])))}")));
        }

        var table = new StringBuilder($"""
            Medians of {rounds} interleaved pairs. Ratio: to {baseline.Name}, the median of the pairs' ratios with its 95 % interval (bootstrap).

            | | | median | ratio | goal |
            |---|---|---|---|---|

            """);
        for (var i = 0; i < metrics.Length; i++)
        {
            table.AppendLine($"| {metrics[i].Name} | {baseline.Name} | {Text(metrics[i], Statistics.Median(Values(baseline)))} | | |");
            foreach (var candidate in there.Skip(1))
            {
                var ratio = Statistics.Ratio(Values(candidate), Values(baseline));
                var verdict = candidate == control ? "" : Verdict(metrics[i], ratio.Median, Statistics.Median(Values(candidate)) - Statistics.Median(Values(baseline)));
                table.AppendLine($"| | {candidate.Name} | {Text(metrics[i], Statistics.Median(Values(candidate)))} | {ratio} | {verdict} |");
            }

            List<double> Values(Candidate candidate) => [.. means.Select(round => round[candidate][i])];
        }
        return table.ToString();
    }

    private static string Text(Metric metric, double value) => value.ToString(metric.Format, CultureInfo.InvariantCulture);

    private static string Verdict(Metric metric, double ratio, double more) => metric switch
    {
        { AtMost: { } limit } => string.Create(CultureInfo.InvariantCulture, $"<= {limit}: {(ratio <= limit ? "met" : "missed")}"),
        { AtLeast: { } limit } => string.Create(CultureInfo.InvariantCulture, $">= {limit}: {(ratio >= limit ? "met" : "missed")}"),
        { AtMostMore: { } limit } => string.Create(CultureInfo.InvariantCulture, $"<= {limit} more: {(more <= limit ? "met" : "missed")}"),
        _ => "",
    };
}
