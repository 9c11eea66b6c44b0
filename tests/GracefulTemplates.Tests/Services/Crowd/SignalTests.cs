using System.Globalization;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>One request to stop that comes as several signals.</summary>
[Trait("Category", "Slow")]
public sealed class SignalTests(ITestOutputHelper output) : CrowdTests(output)
{
    /// <summary>Forwards what it gets, as many entry points of containers do.</summary>
    private static readonly string[] Shell = ["setsid", "sh", "-c", """trap 'kill -TERM $service' TERM; "$@" & service=$!; wait $service; wait $service""", "sh"];

    [Theory]
    [CombinatorialOfBoth("20", "500")]
    public async Task Two_SIGTERMs_soon_behind_each_other_are_one(Make make, string milliseconds)
    {
        await using var service = await StartReadyAsync(make, "");
        var request = await BeginAsync(service, "nothing");

        service.Send(Signal.Terminate);
        await Task.Delay(int.Parse(milliseconds, CultureInfo.InvariantCulture));
        service.Send(Signal.Terminate);

        await EndAsync(service, request, make);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_signal_to_the_process_group_and_again_from_a_shell_that_forwards_it_are_one(Make make)
    {
        await using var service = await StartReadyAsync(make, new ServiceStart { StartedBy = Shell });
        var request = await BeginAsync(service, "nothing");

        service.SendToGroup(Signal.Terminate);

        await EndAsync(service, request, make);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_signal_to_the_process_group_of_dotnet_run_is_one(Signal signal)
    {
        var (assembly, project) = (await CrowdFixture.AssemblyAsync(Make.Graceful), await CrowdFixture.ProjectAsync());
        string[] run = ["setsid", "dotnet", "run", "--no-build", "--no-launch-profile", "-c", "Release", "--project", project,
            $"-p:OutputPath={Path.GetDirectoryName(assembly)}/", "--"];
        await using var service = await StartReadyAsync(Make.Graceful, Executable(run));
        var request = await BeginAsync(service, "nothing");

        service.SendToGroup(signal);

        await EndAsync(service, request, Make.Graceful);
    }

    // Registered behind ours, so the runtime would call it first, and T0 and the deadline would wait for it.
    [Fact]
    public async Task A_handler_of_the_applications_own_that_blocks_gets_the_signal_when_draining_begins()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "own-signal-handler", delay: 2);

        service.Send(Signal.Terminate);
        await Task.Delay(20);
        service.Send(Signal.Terminate); // The same request once more.

        var begun = await service.Log.UntilLabSaysAsync("its own stop begins");
        var draining = await service.Log.UntilAsync(LogEntry.Draining);
        Assert.InRange((begun.At - draining.At).TotalSeconds, -0.5, 60); // The log is written a little later than it is said.
        var ending = (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
        Assert.InRange(ending.Report.GetProperty("seconds").GetProperty("delay").GetDouble(), 2, 3);
    }

    [Fact]
    public async Task A_second_signal_is_heeded_while_the_first_one_is_held_back()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "own-signal-handler", delay: 20);
        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);

        await service.SendAgainAsync(Signal.Terminate);

        (await service.EndAsync()).Is(143, "forced").SaidSo();
    }

    private static async Task EndAsync(ServiceProcess service, Task<HttpResponseMessage> request, Make make)
    {
        await service.UntilClosedAsync();
        service.OpenGate();
        Assert.Equal("200 done", await TextAsync(request));
        (await service.EndAsync()).IsDrained(make);
    }
}
