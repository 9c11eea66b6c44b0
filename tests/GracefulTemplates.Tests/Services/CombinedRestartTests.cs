using System.Net;
using Graceful.Service_1.Grpc.V1;
using Grpc.Core;
using GracefulTemplates.Tests.Services.Load;
using PulsarBroker.Control;
using Xunit.Abstractions;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class CombinedRestartTests(CombinedFixture fixture, ITestOutputHelper output) : CombinedTests(fixture, output), IClassFixture<CombinedFixture>
{
    private static readonly RunRequest Call = new() { Name = "load" };

    [Theory]
    [OnBrokers]
    public Task Restarts_under_all_three_loads_lose_nothing(BrokerKind kind) => RestartAsync(kind, 3);

    [LongFact]
    public Task Ten_restarts_under_all_three_loads_lose_nothing() => RestartAsync(BrokerKind.Test, 10);

    private async Task RestartAsync(BrokerKind kind, int atLeast)
    {
        await UseAsync(kind);
        var target = new LoadTarget();
        var http = new LoadSeries(target, HttpMethod.Post, HttpVersion.Version11, clients: 8, perClient: 1, maxThinkMilliseconds: 20);
        var grpc = new GrpcLoadSeries(target, async invoker => await new JobsClient(invoker).RunAsync(Call), channels: 2, perChannel: 3, connecting: 2);
        var published = 0;

        var restarts = await Restarts.RunAsync(target, () => StartConsumingAsync(Service(delay: 2, settings: ("Pulsar:NeededToBeReady", "true"))),
            ending => ending.Is(0, "drained"), restarts => restarts >= atLeast, http.RunAsync, grpc.RunAsync, PublishAsync);

        Output.WriteLine($"{restarts} restarts: {http}; {grpc}");
        Assert.True(http.Failed == 0 && http.Requests > 1_000, $"{http}");
        Assert.Equal(0, grpc.Failed);
        Tally(published).NoneLost().NoneTwice().NoneBegunAfterSignal();

        async Task PublishAsync(CancellationToken stop)
        {
            const int Chunk = 20;
            for (; !stop.IsCancellationRequested; published += Chunk)
            {
                await Used.PublishAsync(Messages(Chunk, seconds: 0.15) with { From = published });
                await Task.Delay(TimeSpan.FromSeconds(0.2), CancellationToken.None); // 100 messages a second.
            }
            await UntilNoBacklogAsync(); // Before the last one is killed.
        }
    }
}
