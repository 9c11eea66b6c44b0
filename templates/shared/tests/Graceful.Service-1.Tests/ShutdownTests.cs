using System.Net;

namespace Graceful.Service_1.Tests;

public sealed class ShutdownTests
{
    [SignalFact]
    public async Task A_service_with_nothing_to_do_stops_at_once_with_exit_code_0()
    {
        await using var service = ServiceProcess.Start(("Shutdown:DelaySeconds", "0"));
        await service.UntilAsync("/started", HttpStatusCode.OK);

        service.Terminate();

        var report = await service.EndAsync(expectedExitCode: 0);
        Assert.Equal("drained", report.GetProperty("outcome").GetString());
        Assert.Equal("SIGTERM", report.GetProperty("reason").GetString());
    }

    [SignalFact]
    public async Task From_the_signal_on_it_is_alive_but_not_ready()
    {
        await using var service = ServiceProcess.Start(("Shutdown:DelaySeconds", "3"));
        await service.UntilAsync("/started", HttpStatusCode.OK);

        service.Terminate();

        await service.UntilAsync("/ready", HttpStatusCode.ServiceUnavailable, "draining");
        using var alive = await service.Client.GetAsync("/healthz", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        await service.EndAsync(expectedExitCode: 0);
    }

    [Fact]
    public async Task A_budget_that_does_not_fit_is_refused_at_the_start()
    {
        await using var service = ServiceProcess.Start(("Shutdown:GraceSeconds", "5"));

        var report = await service.EndAsync(expectedExitCode: 1);

        Assert.Contains("GraceSeconds 5", report.GetProperty("error").GetString());
        Assert.Contains("GraceSeconds 5", service.Log);
    }
}
