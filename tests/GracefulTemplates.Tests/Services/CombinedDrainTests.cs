using System.Net;
using Graceful.Service_1.Grpc.V1;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class CombinedDrainTests(CombinedFixture fixture, ITestOutputHelper output) : CombinedTests(fixture, output), IClassFixture<CombinedFixture>
{
    [Theory]
    [OnBrokers]
    public async Task A_request_a_call_and_a_message_drain_side_by_side(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var service = await StartConsumingAsync(Service(drain: 8));
        using var client = new GrpcClient(service);
        var request = await service.BeginJobAsync("request", 6);
        var call = await BeginCallAsync(service, client, "call", 5);
        await BeginMessageAsync("message", 4);

        service.Send(Signal.Terminate);

        using var response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new RunReply { Name = "call", Seconds = 5 }, await call);
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(6);
        Output.WriteLine($"6 s + 5 s + 4 s of work: {ending.AfterSignal.TotalSeconds:0.00} s");
        Assert.Equal((1, 0), (ending.Messages("completed"), ending.Messages("aborted")));
        Assert.Equal((3, 3, 0), (ending.Work("inFlightAtSignal"), ending.Work("completed"), ending.Work("aborted")));
        await UntilNoBacklogAsync();
    }

    [Theory]
    [OnBrokers]
    public async Task The_worker_receives_nothing_from_the_signal_on_while_requests_are_still_served(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var service = await StartConsumingAsync(Service(delay: 3));
        using var client = new GrpcClient(service);
        await BeginMessageAsync("before", 0);
        await UntilNoBacklogAsync();

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);
        await PublishAsync("after", 0);
        using var response = await service.RunJobAsync("request", 0.5);
        var reply = await client.Jobs.RunAsync(new RunRequest { Name = "call", Seconds = 0.5 });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("call", reply.Name);
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(3.2);
        Assert.Equal(ending.Messages("completed"), ending.Messages("received")); // "before", if the broker had its acknowledgement only just before the signal.
        Assert.Empty(Journal.Of("begin", "after"));
        await UntilAsync("the message is still there", statistics => statistics is { MsgBacklog: 1, UnackedMessages: 0 });
    }

    [Fact]
    public async Task A_service_of_ones_own_is_told_to_stop_behind_the_last_request()
    {
        await using var service = await StartConsumingAsync(Service() with { Lab = "journal,tell-stop" });
        var request = await service.BeginJobAsync("request", 3);

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        Assert.Empty(service.Log.Saying("lab: told to stop")); // The server has been told, and it comes before all others.

        using var response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await service.Log.UntilLabSaysAsync("told to stop");
        (await service.EndAsync()).Is(0, "drained").SaidSo();
    }

    [Theory]
    [OnBrokers]
    public async Task A_request_that_overruns_the_deadline_takes_no_message_with_it(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var service = await StartConsumingAsync(Service(drain: 4));
        var request = await service.BeginJobAsync("ignore-token", 60);
        await BeginMessageAsync("message", 2);

        service.Send(Signal.Terminate);

        await UntilNoBacklogAsync();
        await Jobs.AssertCutOffAsync(request);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Within(4 + 1.5);
        Assert.Equal("POST /jobs", Assert.Single(ending.Aborted).Name);
        Assert.Equal((1, 0), (ending.Messages("completed"), ending.Messages("aborted")));
    }

    [Theory]
    [OnBrokers]
    public async Task A_message_that_overruns_the_deadline_takes_no_request_with_it(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var service = await StartConsumingAsync(Service(drain: 3));
        var request = await service.BeginJobAsync("request", 2);
        await BeginMessageAsync("ignore-token", 60);

        service.Send(Signal.Terminate);

        using var response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Within(3 + 1.5);
        Assert.Matches(@"^\d+:\d+", Assert.Single(ending.Aborted).Name);
        await UntilAsync("handed back", statistics => statistics is { MsgBacklog: 1, UnackedMessages: 0 });
    }

    [Theory]
    [OnBrokers]
    public async Task A_part_that_crashes_drains_the_whole_service(BrokerKind kind)
    {
        await UseAsync(kind);
        await using var service = await StartConsumingAsync(Service() with { Lab = "journal,crash-at-gate" });
        using var client = new GrpcClient(service);
        var request = await service.BeginJobAsync("request", 2);
        var call = await BeginCallAsync(service, client, "call", 2);
        await BeginMessageAsync("message", 2);

        service.OpenGate();

        using var response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("call", (await call).Name);
        var ending = (await service.EndAsync()).Is(1, "failed").SaidSo();
        Assert.Contains("The lab's worker is broken.", ending.Error);
        Assert.Equal(1, ending.Messages("completed"));
        await UntilNoBacklogAsync();
    }
}
