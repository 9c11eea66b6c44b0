using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class CombinedDisposalTests(CombinedFixture fixture, ITestOutputHelper output) : CombinedTests(fixture, output), IClassFixture<CombinedFixture>
{
    [Theory]
    [OnBrokers]
    public async Task What_handlers_use_is_disposed_after_them_and_telemetry_last(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await StartConsumingAsync(Service(settings: receiver.Settings) with { Lab = "journal,client" });
        using var client = new GrpcClient(service);
        var request = await service.BeginJobAsync("request", 2);
        var call = await BeginCallAsync(service, client, "call", 1.5);
        await BeginMessageAsync("message", 1);
        Assert.False(receiver.HasSpan("POST /jobs"));

        service.Send(Signal.Terminate);

        using var response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await call;
        (await service.EndAsync()).Is(0, "drained").SaidSo();
        Assert.Equal(3, Journal.Lines.Count(line => line.What == "end"));
        Assert.Equal("disposed", Journal.Lines[^1].What);
        Assert.All(["POST /jobs", "POST /jobs.v1.Jobs/Run", $"process persistent://public/default/{Topic}", "lab client closes"],
            span => Assert.True(receiver.HasSpan(span), $"The span '{span}' never arrived."));
    }
}
