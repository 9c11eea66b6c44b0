using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>Readiness checks of the user's.</summary>
[Trait("Category", "Slow")]
public sealed class ReadinessTests(ITestOutputHelper output) : CrowdTests(output)
{
    private const int ReadinessChanged = 200;

    [Theory]
    [InlineData("check-throws")]
    [InlineData("check-cannot-be-made")]
    public async Task A_check_that_throws_tells_its_secrets_to_the_log_alone_and_once(string part)
    {
        await using var service = await StartReadyAsync(Make.Graceful, part, delay: 3);
        service.OpenGate();

        for (var probe = 0; probe < 3; probe++) await AssertNotReadyAsync("InvalidOperationException");

        Assert.Contains("hunter2", (await service.Log.UntilAsync(ReadinessChanged)).Exception);
        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);
        await AssertNotReadyAsync("draining");
        (await service.EndAsync()).IsDrained(Make.Graceful);
        Assert.Single(service.Log.Saying("hunter2")); // Three probes, one entry.

        async Task AssertNotReadyAsync(string reason)
        {
            using var response = await service.Client.GetAsync("/ready");
            var body = await response.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains(reason, body);
            Assert.DoesNotContain("hunter2", body);
        }
    }

    // Serilog and NLog ask no filter, as a configured level does not.
    [Fact]
    public async Task A_probe_in_the_delay_is_no_error_in_any_log()
    {
        const string Category = "Microsoft.Extensions.Diagnostics.HealthChecks";
        await using var service = await StartReadyAsync(Make.Graceful, new ServiceStart { Settings = [($"Logging:LogLevel:{Category}", "Information")] }, delay: 2);

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync("the stop", entry => entry.Says("Stopping on SIGTERM")); // Its event id is that of a probe, too.
        using var response = await service.Client.GetAsync("/ready");

        Assert.Equal("Unhealthy\nservice: draining", await response.Content.ReadAsStringAsync());
        Assert.True(response.Headers.CacheControl is { NoStore: true, NoCache: true });
        (await service.EndAsync()).IsDrained(Make.Graceful);
        Assert.DoesNotContain(service.Log.Entries, entry => entry.Line.Contains(Category, StringComparison.Ordinal) && entry.At > service.SignalledAt);
    }

    [Theory]
    [InlineData("check-hangs")]
    [InlineData("check-blocks")]
    [InlineData("check-cannot-be-made-in-time")]
    public async Task A_check_that_hangs_holds_up_no_probe_from_the_signal_on(string part)
    {
        await using var service = await StartReadyAsync(Make.Graceful, part, delay: 3);
        service.OpenGate();
        var atTheSignal = service.Client.GetAsync("/ready");
        await service.Log.UntilLabSaysAsync("the check hangs");

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);

        await AssertDrainingAsync(atTheSignal);
        await AssertDrainingAsync(service.Client.GetAsync("/ready"));
        var ending = (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
        Assert.Equal(0, ending.Work("inFlightAtSignal"));
        Assert.Single(service.Log.LabSaid("the check hangs")); // Nobody was asked again.

        static async Task AssertDrainingAsync(Task<HttpResponseMessage> probe)
        {
            using var response = await probe;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("draining", await response.Content.ReadAsStringAsync());
        }
    }
}
