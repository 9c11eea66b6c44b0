using BenchmarkDotNet.Attributes;

namespace Benchmarks.RequestCost;

/// <summary>What ShutdownMiddleware costs a request: the same request through it and through an empty middleware.</summary>
[MemoryDiagnoser]
public class RequestCost
{
    private const int RequestsPerThread = 50_000; // Long beside the start of a thread, short beside a time slice of the scheduler.

    private KestrelRequests _requests = null!;
    private Lane[] _lanes = null!;

    /// <summary>A request with a body gets a reader that is not disturbed by the signal.</summary>
    [Params("GET", "POST")]
    public string Method { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Whether the rest of the pipeline is done when it returns its task.</summary>
    [Params(Next.Synchronous, Next.Asynchronous)]
    public Next Next { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _requests = await KestrelRequests.StartAsync();
        _lanes = new Lane[Threads];
        for (var i = 0; i < Threads; i++) _lanes[i] = new Lane(await _requests.OpenAsync(new HttpMethod(Method)), Next, _requests.Services);
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _requests.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = RequestsPerThread)]
    public void Empty() => OnEveryLane(lane => lane.Empty);

    [Benchmark(OperationsPerInvoke = RequestsPerThread)]
    public void Graceful() => OnEveryLane(lane => lane.Graceful);

    private void OnEveryLane(Func<Lane, RequestDelegate> middleware)
    {
        using var start = new Barrier(Threads);
        var threads = _lanes.Select(lane => new Thread(() =>
        {
            start.SignalAndWait();
            lane.Run(middleware(lane), RequestsPerThread);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
