using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>How a process ends that the application or somebody around it wants to end in a way of its own.</summary>
[Trait("Category", "Slow")]
public sealed class EndTests(ITestOutputHelper output) : CrowdTests(output)
{
    [Theory]
    [InlineData("http-timeout", "TaskCanceledException")]
    [InlineData("own-token", "TaskCanceledException")]
    [InlineData("cancelled-task", "TaskCanceledException")]
    [InlineData("ordinary-crash", "InvalidOperationException")]
    [InlineData("transient,ordinary-crash", "InvalidOperationException")]
    public async Task A_background_service_that_ends_by_anything_but_its_own_cancellation_has_crashed(string part, string exception)
    {
        await using var service = await StartReadyAsync(Make.Graceful, part);
        var job = await service.BeginJobAsync("slow", 1);

        service.OpenGate();

        using var response = await job;
        Assert.True(response.IsSuccessStatusCode);
        var ending = (await service.EndAsync()).Is(1, "failed").SaidSo();
        Assert.StartsWith($"Dying: {exception}", ending.Error);
        Assert.Equal("Dying failed", ending.Reason);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_crash_that_the_user_ignores_is_ignored(Make make)
    {
        await using var service = await StartReadyAsync(make, "ignore-crashes,ordinary-crash");
        service.OpenGate();
        await service.Log.UntilLabSaysAsync("dying");
        await service.Log.UntilAsync("the host's entry", entry => entry.Line.Contains("BackgroundService failed", StringComparison.Ordinal));

        Assert.Equal("hello", await service.Client.GetStringAsync("/crowd/hello"));
        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).IsDrained(make);
        if (make == Make.Graceful) Assert.Equal("SIGTERM", ending.Reason);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task The_exit_code_of_an_application_that_stops_itself_is_its_own(Make make)
    {
        await using var service = await StartReadyAsync(make, "");
        service.OpenGate();

        var request = service.Client.PostAsync("/crowd/at-gate/exit-code", null);

        Assert.Equal("200 done", await TextAsync(request));
        var ending = await service.EndAsync();
        Assert.Equal(3, ending.ExitCode);
        if (make == Make.Graceful) Assert.Equal("StopApplication", ending.Is(3, "failed").SaidSo().Reason);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task The_exit_code_of_an_application_that_is_stopped_is_its_own(Make make)
    {
        await using var service = await StartReadyAsync(make, "exit-code");

        service.Send(Signal.Terminate);

        var ending = await service.EndAsync();
        Assert.Equal(3, ending.ExitCode);
        if (make == Make.Graceful) ending.Is(3, "failed").SaidSo();
    }

    [Fact]
    public async Task What_was_cut_off_counts_more_than_an_exit_code_of_the_applications()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "exit-code", drain: 1);
        var overrun = service.Client.GetAsync("/crowd/ignore-token");
        await service.Log.UntilLabSaysAsync("ignoring its token");

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(overrun);
        (await service.EndAsync()).Is(2, "aborted").SaidSo();
    }

    [Theory]
    [InlineData("foreground-thread")]
    [InlineData("exit-handler-hangs")]
    public async Task What_the_application_leaves_behind_does_not_keep_the_process_from_ending(string part)
    {
        await using var service = await StartReadyAsync(Make.Graceful, part, delay: 0, flush: 1);
        var job = await service.BeginJobAsync("slow", 1.5);

        service.Send(Signal.Terminate);

        using var response = await job;
        Assert.True(response.IsSuccessStatusCode);
        var ending = (await service.EndAsync()).Is(2, "aborted").Within(1.5 + 1 + 2 + 1); // The job, the flush, the exit and a bit.
        Assert.Contains("foreground thread or a handler of ProcessExit", ending.Error);
        Assert.Equal((1, 0), (ending.Work("completed"), ending.Work("aborted")));
        Assert.Single(service.Log.Saying("Shutdown report, changed"));
    }

    [Theory]
    [CombinatorialOfBoth("foreground-thread-that-ends:thread done", "exit-handler-slow:exit handler done")]
    public async Task What_the_application_still_has_to_do_at_the_end_is_done(Make make, string part)
    {
        await using var service = await StartReadyAsync(make, part.Split(':')[0]);

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(make);
        Assert.Single(service.Log.LabSaid(part.Split(':')[1]));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run-async")]
    [InlineData("start-and-wait")]
    public async Task A_service_whose_Program_cs_does_not_run_gracefully_stops_all_the_same_and_says_what_to_call(string part)
    {
        await using var service = await StartReadyAsync(Make.Graceful, part);
        var request = await BeginAsync(service, "nothing");

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        service.OpenGate();

        Assert.Equal("200 done", await TextAsync(request));
        Assert.Equal(0, (await service.EndAsync()).ExitCode);
        Assert.Single(service.Log.Saying("await app.RunGracefullyAsync()"));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("start-and-wait")]
    public async Task A_second_signal_ends_it_too_and_the_report_is_true(string part)
    {
        await using var service = await StartReadyAsync(Make.Graceful, part);
        var overrun = service.Client.GetAsync("/crowd/ignore-token");
        await service.Log.UntilLabSaysAsync("ignoring its token");
        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();

        await service.SendAgainAsync(Signal.Terminate);

        await Jobs.AssertCutOffAsync(overrun);
        var ending = (await service.EndAsync()).Is(143, "forced").SaidSo().Soon();
        Assert.Equal("GET /crowd/ignore-token", Assert.Single(ending.Aborted).Name);
        Assert.Equal((1, 0, 0, 1), AllWork(ending));
        Assert.Empty(service.Log.Saying("before the host"));
    }

    [Fact]
    public async Task A_crash_of_a_thread_counts_the_requests_that_it_cuts_off()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        (await service.RunJobAsync("served long before", 0)).EnsureSuccessStatusCode();
        var overrun = service.Client.GetAsync("/crowd/ignore-token");
        await service.Log.UntilLabSaysAsync("ignoring its token");
        await Task.Delay(100); // The oldest comes first, and the clock of ages has ticks of some milliseconds.
        var crash = await BeginAsync(service, "async-void");

        service.OpenGate();

        await Jobs.AssertCutOffAsync(overrun);
        await Jobs.AssertCutOffAsync(crash);
        var ending = (await service.EndAsync()).Is(1, "failed").SaidSo();
        Assert.Equal((2, 0, 0, 2), AllWork(ending));
        Assert.Equal(["GET /crowd/ignore-token", "POST /crowd/at-gate/{deed}"], [.. ending.Aborted.Select(aborted => aborted.Name)]);
        Assert.Contains("Nobody can catch this.", ending.Error);
    }

    [Theory]
    [InlineData("exit-0", 2, "aborted")]
    [InlineData("exit-5", 5, "failed")]
    public async Task Environment_Exit_in_a_request_is_reported_with_what_it_cuts_off(string deed, int exitCode, string outcome)
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        (await service.RunJobAsync("served long before", 0)).EnsureSuccessStatusCode();
        var request = await BeginAsync(service, deed);

        service.OpenGate();

        await Jobs.AssertCutOffAsync(request);
        var ending = (await service.EndAsync()).Is(exitCode, outcome).SaidSo();
        Assert.Equal("POST /crowd/at-gate/{deed}", Assert.Single(ending.Aborted).Name);
        Assert.Equal((1, 0, 0, 1), AllWork(ending));
        Assert.Contains("Environment.Exit", ending.Error);
    }

    [Fact]
    public async Task A_signal_in_the_middle_of_Program_cs_is_a_clean_end_with_nothing_to_report()
    {
        await using var service = await StartAsync(Make.Graceful, new ServiceStart { Lab = "slow-program", Settings = ServiceTests.Budget(delay: 1, drain: 1) });
        await service.Log.UntilLabSaysAsync("migrating the database");

        service.Send(Signal.Terminate);
        await Task.Delay(2500); // Longer than the delay and the drain: a deadline must not count from the signal while nothing is served.
        service.OpenGate();

        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Soon();
        Assert.Empty(ending.Aborted);
        Assert.Empty(service.Log.Saying("Now listening on"));
    }

    [Fact]
    public async Task A_StoppedAsync_that_hangs_is_bounded_and_named()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "hangs-in-stopped", drain: 1);

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo();
        Assert.Equal("HangsInStopped.StoppedAsync", Assert.Single(ending.Aborted).Name);
    }

    [Fact]
    public async Task A_handler_of_ApplicationStopping_that_hangs_keeps_neither_the_listener_open_nor_a_queue_full()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "stopping-handler-hangs,queue", drain: 3);
        var request = await BeginAsync(service, "queue");

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        service.OpenGate();

        Assert.Equal("200 done", await TextAsync(request));
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo();
        Assert.Equal("a callback of ApplicationStopping", Assert.Single(ending.Aborted).Name);
        Assert.Equal(5, service.Log.LabSaid("item ").Length);
    }

    // Stock never ends then.
    [Fact]
    public async Task StopApplication_begins_the_stop_though_the_handler_that_it_calls_first_hangs()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "hangs-in-stopping", drain: 3);
        var request = await BeginAsync(service, "stop");

        service.OpenGate();

        Assert.Equal("200 done", await TextAsync(request));
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Soon();
        Assert.Equal("StopApplication", ending.Reason);
        Assert.Equal("a callback of ApplicationStopping", Assert.Single(ending.Aborted).Name);
    }

    [Fact]
    public async Task Even_when_that_is_while_starting()
    {
        await using var service = await StartAsync(Make.Graceful,
            new ServiceStart { Lab = "hangs-in-stopping,stops-in-start", Settings = ServiceTests.Budget(delay: 1, drain: 1, flush: 1) });

        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Soon();

        Assert.Equal("StopApplication", ending.Reason);
        Assert.StartsWith("still starting", ending.Error);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_slow_handler_of_ApplicationStopping_is_waited_for(Make make)
    {
        await using var service = await StartReadyAsync(make, "stopping-handler-slow", drain: 12);

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(make);
        Assert.Single(service.Log.LabSaid("handler of stopping done"));
    }

    [Theory]
    [InlineData("serilog-host", "", 0)]
    [InlineData("serilog-host", ",hangs-in-disposal", 2)]
    [InlineData("serilog-services", ",hangs-in-disposal", 2)]
    [InlineData("serilog-provider", "", 0)]
    [InlineData("serilog-provider", ",hangs-in-disposal", 2)]
    public async Task The_report_is_the_last_entry_in_the_file_of_Serilog(string serilog, string more, int exitCode)
    {
        var folder = Directory.CreateTempSubdirectory("graceful-");
        var file = Path.Combine(folder.FullName, "log");
        await using var service = await StartReadyAsync(Make.Graceful, new ServiceStart { Lab = serilog + more, Settings = [("Lab:LogFile", file)] }, delay: 0, flush: exitCode == 0 ? 5 : 1);

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(exitCode, exitCode == 0 ? "drained" : "aborted");
        Assert.Contains("] Shutdown ", Assert.Single((await File.ReadAllLinesAsync(file)).Reverse().Where(line => line.Length > 0).Take(1)));
        folder.Delete(recursive: true);
    }

    [Pid1Fact]
    public async Task With_the_lifetime_of_systemd_the_reason_is_still_the_signal()
    {
        using var notify = new Notifications();
        await using var service = await StartReadyAsync(Make.Graceful, new ServiceStart { Lab = "systemd", AsPid1 = true, Settings = [("NOTIFY_SOCKET", notify.Path)] });
        Assert.Contains("READY=1", await notify.ReceiveAsync());

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(0, "drained"); // Its log has the format of the journal.
        Assert.Equal("SIGTERM", ending.Reason);
        Assert.Contains("Shutdown drained, exit code 0, on SIGTERM", service.Log.Entries[^1].Line);
        Assert.Contains("STOPPING=1", await notify.ReceiveAsync());
    }

    // Its handler of the signal calls StopApplication, and runs before ours.
    [Fact]
    public async Task With_the_lifetime_of_the_console_it_is_too()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "console-lifetime");

        service.Send(Signal.Terminate);

        Assert.Equal("SIGTERM", (await service.EndAsync()).IsDrained(Make.Graceful).Reason);
    }

    private static (int InFlight, int Arrived, int Completed, int Aborted) AllWork(Ending ending) =>
        (ending.Work("inFlightAtSignal"), ending.Work("arrivedAfterSignal"), ending.Work("completed"), ending.Work("aborted"));
}
