using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class FailureTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    [Fact]
    public async Task A_worker_that_crashes_stops_the_service_with_exit_code_1()
    {
        await using var service = Start(new ServiceStart { Lab = "crash", Settings = Budget(0.5) });

        await AssertFailedAsync(service, "The lab's worker is broken.");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_failed_start()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var service = Start(new ServiceStart { Port = ((IPEndPoint)other.LocalEndpoint).Port });

        await AssertFailedAsync(service, "address already in use");
    }

    [Fact]
    public async Task A_missing_service_is_a_failed_start()
    {
        await using var service = Start(new ServiceStart { Lab = "missing-service" });

        await AssertFailedAsync(service, "System.IComparable");
    }

    // As in stock: what starts behind it would wait for ever, for what it needs is not there.
    [Theory]
    [InlineData("crash-at-once")]
    [InlineData("time-out-at-once")] // A cancellation that nobody has asked for.
    public async Task A_background_service_that_crashes_ends_a_start_that_has_not_ended(string lab)
    {
        await using var service = Start(new ServiceStart { Lab = $"{lab},slow-start" });

        var ending = (await service.EndAsync()).Is(1, "failed").SaidSo();

        Assert.Contains("The lab's worker is broken.", ending.Error);
        Assert.Empty(service.Log.Saying("Now listening on"));
    }

    [Theory]
    [InlineData("cancelled-at-its-end", 0, "drained")]
    [InlineData("fails-at-its-end", 1, "failed")]
    public async Task A_background_service_may_say_in_its_own_words_that_it_was_cancelled(string lab, int exitCode, string outcome)
    {
        await using var service = await StartReadyAsync(delay: 0, lab: lab);

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(exitCode, outcome).SaidSo();
    }

    [Fact]
    public async Task Options_that_are_not_valid_are_a_failed_start()
    {
        await using var service = Start(new ServiceStart { Lab = "invalid-options" });

        await AssertFailedBeforeTheHostAsync(service, "The lab finds it invalid.");
    }

    [Fact]
    public async Task A_malformed_appsettings_json_is_a_failed_start()
    {
        var folder = Directory.CreateTempSubdirectory("graceful-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), "{ \"Shutdown\": ");
        await using var service = Start(new ServiceStart { WorkingDirectory = folder.FullName });

        await AssertFailedBeforeTheHostAsync(service, "appsettings.json");

        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("section,section-that-throws", "The lab cannot count.")]
    [InlineData("section-that-throws,section", "The lab cannot count.")]
    [InlineData("section,section-of-that-name", "Key: lab")]
    public async Task A_section_of_the_report_that_cannot_be_written_costs_only_itself(string lab, string reason)
    {
        await using var service = await StartReadyAsync(delay: 0, lab: lab);

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo();
        Assert.Equal(7, ending.Report.GetProperty("lab").GetProperty("done").GetInt32());
        Assert.EndsWith("; lab: 7 done", service.Log.Of(LogEntry.Report)[0].Message);
        Assert.Contains("LabSection is not in the shutdown report", Assert.Single(service.Log.Saying(reason)).Line);
    }

    [Theory]
    [InlineData("throw-in-stop", "The lab cannot stop.")]
    [InlineData("throw-in-disposal", "The lab cannot be disposed.")]
    public async Task A_stop_that_throws_goes_on_and_ends_with_exit_code_1(string lab, string reason)
    {
        await using var service = await StartReadyAsync(delay: 0, lab: lab);
        var job = await service.BeginJobAsync("slow", 1);

        service.Send(Signal.Terminate);

        using var response = await job;
        Assert.True(response.IsSuccessStatusCode);
        Assert.Contains(reason, (await service.EndAsync()).Is(1, "failed").SaidSo().Error);
    }

    [Theory]
    [InlineData("throw-on-stop-requested")]
    [InlineData("throw-on-draining")]
    public async Task A_callback_that_throws_cuts_nothing_off(string lab)
    {
        await using var service = await StartReadyAsync(delay: 0, lab: lab);
        var job = await service.BeginJobAsync("slow", 1);

        service.Send(Signal.Terminate);

        using var response = await job;
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(1, (await service.EndAsync()).Work("completed"));
    }

    [Fact]
    public async Task A_callback_that_throws_at_the_deadline_does_not_keep_the_report_from_naming_what_was_cut_off()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 1, lab: "throw-on-deadline");
        var job = await service.BeginJobAsync("ignore-token", 60);

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(job);
        Assert.Equal("POST /jobs", Assert.Single((await service.EndAsync()).SaidSo().Aborted).Name);
    }

    private static async Task AssertFailedAsync(ServiceProcess service, string reason)
    {
        var ending = (await service.EndAsync()).Is(1, "failed").SaidSo();
        Assert.Contains(reason, ending.Error);
        Assert.Single(service.Log.Saying(reason));
    }

    // There is no logger yet; what there is to say goes to standard error.
    private static async Task AssertFailedBeforeTheHostAsync(ServiceProcess service, string reason)
    {
        var ending = (await service.EndAsync()).Is(1, "failed");
        Assert.Contains(reason, ending.Error);
        Assert.Contains(reason, Assert.Single(service.Log.Saying("Unhandled exception.")).Line);
    }
}
