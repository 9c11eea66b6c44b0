using System.Net;
using Graceful.Service_1.Grpc.V1;
using Grpc.Health.V1;
using Xunit.Abstractions;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace GracefulTemplates.Tests.Services;

/// <summary>A broker that is away keeps nobody else from being served.</summary>
[Trait("Category", "Slow")]
public sealed class CombinedBrokerTests(CombinedFixture fixture, ITestOutputHelper output) : CombinedTests(fixture, output), IClassFixture<CombinedFixture>
{
    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("true", HttpStatusCode.ServiceUnavailable)]
    public async Task Requests_are_served_without_a_broker_and_readiness_is_a_choice(string? neededToBeReady, HttpStatusCode readiness)
    {
        await Broker.SetFaultsAsync(new() { RefuseConnections = true });
        await Broker.PublishAsync(Messages(5, seconds: 0));
        (string, string)[] choice = neededToBeReady is null ? [] : [("Pulsar:NeededToBeReady", neededToBeReady)];
        await using var service = Start(Service(settings: choice));
        using var client = new GrpcClient(service);
        await UntilServingAsync(service);

        await UntilReadyIsAsync(service, readiness);
        using var response = await service.RunJobAsync("request", 0);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("call", (await client.Jobs.RunAsync(new RunRequest { Name = "call" })).Name);
        var serving = readiness == HttpStatusCode.OK ? ServingStatus.Serving : ServingStatus.NotServing;
        Assert.Equal(serving, (await client.Health.CheckAsync(new HealthCheckRequest())).Status);

        await Broker.SetFaultsAsync(new());
        await UntilNoBacklogAsync();
        await UntilReadyIsAsync(service, HttpStatusCode.OK);
        service.Send(Signal.Terminate);
        (await service.EndAsync()).Is(0, "drained").SaidSo();
        Tally(5).NoneLost().NoneTwice();
    }
}
