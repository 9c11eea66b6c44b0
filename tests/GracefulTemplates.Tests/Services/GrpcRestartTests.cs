using System.Diagnostics;
using Grpc.Core;
using Graceful.Service_1.Grpc.V1;
using GracefulTemplates.Tests.Services.Load;
using Xunit.Abstractions;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class GrpcRestartTests(GrpcFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<GrpcFixture>
{
    private static readonly RunRequest Job = new() { Name = "load" };

    [Fact]
    public async Task Ten_restarts_under_load_lose_no_call()
    {
        var target = new LoadTarget();
        var load = new GrpcLoadSeries(target, async invoker => await new JobsClient(invoker).RunAsync(Job), channels: 4, perChannel: 3, connecting: 4);
        var took = Stopwatch.StartNew();

        var restarts = await Restarts.RunAsync(target, () => StartReadyAsync(new ServiceStart { Http2 = true, Settings = Budget(delay: 2) }),
            ending => ending.Is(0, "drained"), restarts => restarts >= 10, load.RunAsync);

        Output.WriteLine($"{restarts} restarts in {took.Elapsed.TotalSeconds:0} s, {load}");
        Assert.Equal(0, load.Failed);
        Assert.True(load.Calls > 5_000, $"{load}");
    }
}
