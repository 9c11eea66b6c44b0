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

    private static async Task EndAsync(ServiceProcess service, Task<HttpResponseMessage> request, Make make)
    {
        await service.UntilClosedAsync();
        service.OpenGate();
        Assert.Equal("200 done", await TextAsync(request));
        (await service.EndAsync()).IsDrained(make);
    }
}
