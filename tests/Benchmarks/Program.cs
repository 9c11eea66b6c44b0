using Benchmarks;
using Benchmarks.RequestCost;

// dotnet run -c Release --project tests/Benchmarks -- <name|all> [--rounds <count>]
Dictionary<string, Func<int?, Task<string>>> benchmarks = new()
{
    ["request-cost"] = rounds => Task.FromResult(RequestCostTable.Run(rounds ?? 300)),
    ["throughput"] = rounds => Throughput.RunAsync(rounds ?? 15),
    ["worker-throughput"] = rounds => WorkerThroughput.RunAsync(rounds ?? 5),
    ["idle-stop"] = rounds => IdleStop.RunAsync(rounds ?? 15),
    ["worker-idle-stop"] = rounds => WorkerIdleStop.RunAsync(rounds ?? 15),
    ["time-to-ready"] = rounds => TimeToReady.RunAsync(rounds ?? 15),
    ["first-build"] = rounds => FirstBuild.RunAsync(rounds ?? 7),
};

var name = args.FirstOrDefault();
int? rounds = args is [_, "--rounds", var text] && int.TryParse(text, out var count) && count > 0 ? count : null;
if (name is null || args.Length != (rounds is null ? 1 : 3) || (name != "all" && !benchmarks.ContainsKey(name)))
{
    Console.Error.WriteLine($"dotnet run -c Release --project tests/Benchmarks -- <{string.Join('|', benchmarks.Keys)}|all> [--rounds <count>]");
    return 2;
}

foreach (var (known, run) in benchmarks.Where(benchmark => name == "all" || name == benchmark.Key))
{
    var header = await Header.OfAsync(known, args); // Before the run, for the machine's load is part of it.
    var page = header + await run(rounds);
    Console.WriteLine(page);
    await File.WriteAllTextAsync(Path.Combine(Repository.ResultsFolder, known + ".md"), page);
}
return 0;
