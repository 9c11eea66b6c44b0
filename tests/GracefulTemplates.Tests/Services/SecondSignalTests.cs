using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class SecondSignalTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    private const double Soon = 1.5; // And not later than 3 s on a busy machine.

    public static TheoryData<Signal, int> Seconds => new() { { Signal.Terminate, 143 }, { Signal.Interrupt, 130 }, { Signal.Quit, 131 } };

    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task In_the_delay_it_ends_the_waiting_and_aborts_what_is_at_work(Signal second, int exitCode)
    {
        await using var service = await StartReadyAsync(delay: 20);
        var job = await service.BeginJobAsync("ignore-token", 60);
        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);

        await service.SendAgainAsync(second);

        await AssertForcedAsync(service, job, exitCode);
    }

    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task In_the_drain_it_ends_the_waiting_and_aborts_what_is_at_work(Signal second, int exitCode)
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 20);
        var job = await service.BeginJobAsync("ignore-token", 60);
        service.Send(Signal.Interrupt);
        await service.UntilClosedAsync();

        await service.SendAgainAsync(second);

        await AssertForcedAsync(service, job, exitCode);
    }

    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task In_a_hung_disposal_it_ends_the_process(Signal second, int exitCode)
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 1, flush: 20, lab: "hang-in-disposal");
        service.Send(Signal.Terminate);
        await service.Log.UntilLabSaysAsync("disposing");

        await service.SendAgainAsync(second);

        var ending = (await service.EndAsync()).Is(exitCode, "forced").SaidSo().Within(Soon);
        Assert.StartsWith("still flushing", ending.Error);
    }

    private static async Task AssertForcedAsync(ServiceProcess service, Task<HttpResponseMessage> job, int exitCode)
    {
        await Jobs.AssertCutOffAsync(job);
        var ending = (await service.EndAsync()).Is(exitCode, "forced").SaidSo().Within(Soon);
        Assert.Equal("POST /jobs", Assert.Single(ending.Aborted).Name);
        Assert.NotEmpty(service.Log.Of(LogEntry.Aborting));
    }
}
