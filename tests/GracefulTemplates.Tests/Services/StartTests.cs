using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class StartTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    [Fact]
    public Task A_signal_before_the_host_is_built_is_not_lost() => AssertStopsWhileStartingAsync("before-build", "before the host is built");

    [Pid1Fact]
    public Task A_signal_before_the_host_is_built_is_not_lost_as_PID_1() =>
        AssertStopsWhileStartingAsync("before-build", "before the host is built", asPid1: true);

    [Fact]
    public Task A_signal_during_a_start_that_heeds_no_token_is_not_lost() => AssertStopsWhileStartingAsync("slow-start-without-token", "starting");

    [Fact]
    public async Task A_signal_during_a_start_ends_it_and_stops_what_had_begun()
    {
        await using var service = Start(new ServiceStart { Lab = "slow-start" });
        await service.Log.UntilLabSaysAsync("starting");

        service.Send(Signal.Terminate);

        AssertServedNothing((await service.EndAsync()).Is(0, "drained").SaidSo().Within(0.5));
        Assert.Single(service.Log.Saying("lab: stopped what had begun to start"));
    }

    [Fact]
    public async Task A_second_signal_before_the_host_is_built_ends_the_process()
    {
        await using var service = Start(new ServiceStart { Lab = "before-build" });
        await service.Log.UntilLabSaysAsync("before the host is built");
        service.Send(Signal.Interrupt);

        await service.SendAgainAsync(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(143, "forced").Within(0.5);
        Assert.Equal("SIGINT", ending.Reason);
        Assert.Single(service.Log.Saying("forced")); // On standard error, for there is no logger yet.
    }

    [Fact]
    public async Task A_start_that_never_ends_is_bounded_like_the_rest()
    {
        await using var service = Start(new ServiceStart { Lab = "slow-start-without-token", Settings = Budget(0, 1, 1) });
        await service.Log.UntilLabSaysAsync("starting");

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Took(atMost: 1 + 1 + 2);
        Assert.StartsWith("still starting", ending.Error);
    }

    [Pid1Fact]
    public async Task As_PID_1_it_stops_like_anywhere_else()
    {
        await using var service = await StartReadyAsync(new ServiceStart { AsPid1 = true, Settings = Budget(0.5) });
        var job = await service.BeginJobAsync("slow", 1);

        service.Send(Signal.Terminate);

        using var response = await job;
        Assert.True(response.IsSuccessStatusCode);
        (await service.EndAsync()).Is(0, "drained").SaidSo();
    }

    [Pid1Fact]
    public async Task As_PID_1_a_hung_disposal_is_ended_too()
    {
        await using var service = await StartReadyAsync(new ServiceStart { AsPid1 = true, Lab = "hang-in-disposal", Settings = Budget(0, 1, 1) });

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(2, "aborted").SaidSo().Took(atMost: 1 + 1 + 2);
    }

    private async Task AssertStopsWhileStartingAsync(string lab, string place, bool asPid1 = false)
    {
        await using var service = Start(new ServiceStart { Lab = lab, AsPid1 = asPid1 });
        await service.Log.UntilLabSaysAsync(place);

        service.Send(Signal.Terminate);
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // Enough to be seen in the report, were it taken for a delay.
        service.OpenGate();

        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(10);
        Assert.Equal("SIGTERM", ending.Reason);
        AssertServedNothing(ending);
    }

    private static void AssertServedNothing(Ending ending)
    {
        Assert.Empty(ending.Log.Saying("Now listening on"));
        Assert.Empty(ending.Log.Of(LogEntry.Stopping)); // No delay either: nobody was sent here.
        Assert.Equal(0, ending.Report.GetProperty("seconds").GetProperty("delay").GetDouble());
        Assert.Equal((0, 0), (ending.Work("inFlightAtSignal"), ending.Work("arrivedAfterSignal")));
    }
}
