using Grpc.Core;
using Graceful.Service_1.Grpc.V1;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class GrpcUnaryTests(GrpcFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<GrpcFixture>
{
    [Fact]
    public async Task A_call_in_flight_is_answered_and_then_the_process_ends_right_away()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0, drain: 10));
        using var client = new GrpcClient(service);
        using var call = client.Jobs.RunAsync(new RunRequest { Name = "slow", Seconds = 3 });
        await service.Log.UntilBegunAsync();

        service.Send(Signal.Terminate);

        Assert.Equal(new RunReply { Name = "slow", Seconds = 3 }, await call);
        var answered = service.Now - service.SignalledAt;
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(answered.TotalSeconds + 1.5);
        Assert.Equal((1, 1, 0), (ending.Work("inFlightAtSignal"), ending.Work("completed"), ending.Work("aborted")));
    }

    [Theory]
    [InlineData("heeds-its-token")]
    [InlineData("ignore-token")]
    public async Task A_call_that_outlives_the_drain_is_aborted_at_the_deadline_by_name(string name)
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0, drain: 2));
        using var client = new GrpcClient(service);
        using var call = client.Jobs.RunAsync(new RunRequest { Name = name, Seconds = 60 });
        await service.Log.UntilBegunAsync();

        service.Send(Signal.Terminate);

        var end = await client.EndAsync(call.ResponseAsync);
        Output.WriteLine($"the client saw {end.Status.StatusCode}: {end.Status.Detail}");
        Assert.Contains(end.Status.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Cancelled]);
        Assert.InRange((end.At - service.SignalledAt).TotalSeconds, 1.9, 2 + 1);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Within(2 + 2);
        Assert.Equal("/jobs.v1.Jobs/Run", Assert.Single(ending.Aborted).Name);
        Assert.Contains("/jobs.v1.Jobs/Run", Assert.Single(service.Log.Of(LogEntry.Aborting)).Message);
    }

    [Fact]
    public async Task A_call_that_fails_because_the_reserve_has_stopped_what_it_needs_is_named()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0, drain: 6) with { Lab = "sessions" });
        using var client = new GrpcClient(service);
        using var call = client.Jobs.RunAsync(new RunRequest { Name = "in-session" });
        await service.Log.UntilLabSaysAsync("in session");

        service.Send(Signal.Terminate);

        Assert.Equal(StatusCode.Unknown, (await client.EndAsync(call.ResponseAsync)).Status.StatusCode);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo();
        Assert.Equal("/jobs.v1.Jobs/Run", Assert.Single(ending.Aborted).Name);
        Assert.Equal((0, 1), (ending.Work("completed"), ending.Work("aborted")));
    }

    [Theory]
    [InlineData("", 1, "name is required")]
    [InlineData("x", -0.1, "seconds must be from 0 to 600")]
    [InlineData("x", 600.1, "seconds must be from 0 to 600")]
    public async Task What_is_wrong_with_a_job_is_said_as_invalid_argument(string name, double seconds, string detail)
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        using var client = new GrpcClient(service);
        var job = new RunRequest { Name = name, Seconds = seconds };
        using var runAll = client.Jobs.RunAll();
        await runAll.RequestStream.WriteAsync(job);

        Assert.Equal((StatusCode.InvalidArgument, detail), (await client.EndAsync(client.Jobs.RunAsync(job).ResponseAsync)).Said);
        Assert.Equal((StatusCode.InvalidArgument, detail), (await client.EndAsync(runAll.ResponseStream)).Said);
    }

    private static ServiceStart Grpc(double delay, double drain = 10) => new() { Http2 = true, Settings = Budget(delay, drain) };
}
