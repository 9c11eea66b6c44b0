using System.Globalization;

namespace Benchmarks;

/// <summary>The median of paired ratios, and the interval it lies in with 95 %.</summary>
internal readonly record struct RatioEstimate(double Median, double Low, double High)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:0.000} ({Low:0.000} to {High:0.000})");
}

internal static class Statistics
{
    private const int Resamples = 2000;

    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static RatioEstimate Ratio(IReadOnlyList<double> subject, IReadOnlyList<double> baseline)
    {
        var ratios = subject.Zip(baseline, (b, a) => b / a).ToArray();
        var random = new Random(1);
        var medians = Enumerable.Range(0, Resamples).Select(_ => Median(random.GetItems(ratios, ratios.Length))).Order().ToList();
        return new(Median(ratios), medians[Resamples / 40], medians[Resamples - 1 - Resamples / 40]);
    }
}
