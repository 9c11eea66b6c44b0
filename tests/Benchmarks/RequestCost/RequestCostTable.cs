using System.Globalization;
using System.Text;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Benchmarks.RequestCost;

internal static class RequestCostTable
{
    private const double MaxNanoseconds = 150;
    private const long MaxBytes = 64;

    public static string Run(int rounds)
    {
        var logPath = Path.Combine(Repository.ResultsFolder, "request-cost.log");
        using var log = new StreamLogger(logPath);
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithWarmupCount(50).WithInvocationCount(1).WithUnrollFactor(1).WithIterationCount(rounds))
            .AddLogger(log)
            .WithArtifactsPath(Path.Combine(Repository.ResultsFolder, "BenchmarkDotNet"));
        var summary = BenchmarkRunner.Run<RequestCost>(config);
        if (summary.Reports.Any(report => !report.Success) || summary.Reports.IsEmpty)
            throw new InvalidOperationException($"BenchmarkDotNet failed, see {logPath}.");

        var table = new StringBuilder($"""
            A request through ShutdownMiddleware against the same through an empty middleware, with the HttpContext of a real request to
            Kestrel; per thread. Median of {rounds}, in brackets the least: what it is while nobody else uses the processor.
            Goal: at most {MaxNanoseconds} ns and {MaxBytes} B over the empty middleware.

            | request | rest of the pipeline | threads | empty, ns | graceful, ns | over empty, ns | over empty, B | goal |
            |---|---|---|---|---|---|---|---|

            """);
        foreach (var pair in summary.Reports.GroupBy(report => report.BenchmarkCase.Parameters.DisplayInfo))
        {
            var parameters = pair.First().BenchmarkCase.Parameters;
            var threads = (int)parameters[nameof(RequestCost.Threads)];
            var empty = Cost.Of(pair.Single(report => report.BenchmarkCase.Descriptor.Baseline), threads);
            var graceful = Cost.Of(pair.Single(report => !report.BenchmarkCase.Descriptor.Baseline), threads);
            var over = new Cost(graceful.Median - empty.Median, graceful.Least - empty.Least, graceful.Bytes - empty.Bytes);
            var met = over.Median <= MaxNanoseconds && over.Bytes <= MaxBytes;
            table.AppendLine($"| {parameters[nameof(RequestCost.Method)]} | {parameters[nameof(RequestCost.Next)]} | {threads} | {empty} | {graceful} | {over} | {over.Bytes} | {(met ? "met" : "missed")} |");
        }
        return table.ToString();
    }

    private readonly record struct Cost(double Median, double Least, long Bytes)
    {
        public static Cost Of(BenchmarkReport report, int threads) => new(
            report.ResultStatistics!.Median,
            report.ResultStatistics.Min,
            report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)!.Value / threads);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:0} ({Least:0})");
    }
}
