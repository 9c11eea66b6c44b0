using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class DeadlineTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    [Fact]
    public async Task A_request_that_ignores_its_token_is_aborted_at_the_deadline_by_name()
    {
        await using var service = await StartReadyAsync(delay: 0.5, drain: 2, lab: "phases");
        var job = await service.BeginJobAsync("ignore-token", 60);

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(job);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Took(atMost: 2.5 + 3 + 2);
        var deadline = await service.Log.UntilLabSaysAsync("deadline");
        Assert.InRange((deadline.At - service.SignalledAt).TotalSeconds, 2.4, 3.5);
        var (name, age) = Assert.Single(ending.Aborted);
        Assert.Equal("POST /jobs", name);
        Assert.InRange(age, 2.4, 4);
        Assert.Equal((1, 0, 1), (ending.Work("inFlightAtSignal"), ending.Work("completed"), ending.Work("aborted")));
        Assert.Contains("POST /jobs", Assert.Single(service.Log.Of(LogEntry.Aborting)).Message);
    }

    [Fact]
    public async Task A_request_that_heeds_its_token_is_aborted_at_the_deadline_too()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 1);
        var job = await service.BeginJobAsync("heeds-its-token", 60);

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(job);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Took(atMost: 1 + 3 + 2);
        Assert.Equal("POST /jobs", Assert.Single(ending.Aborted).Name);
    }

    // Its client knows; the report has to, too.
    [Fact]
    public async Task Requests_that_fail_because_the_reserve_has_stopped_what_they_need_are_named()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 6, lab: "sessions");
        var begun = service.Client.GetAsync("/lab/in-session");
        await service.Log.UntilLabSaysAsync("in session");
        var unbegun = await service.BeginJobAsync("in-session", 0);

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(begun);
        using var answer = await unbegun;
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo();
        Assert.Equal(["GET /in-session", "POST /jobs"], ending.Aborted.Select(aborted => aborted.Name).Order(StringComparer.Ordinal));
        Assert.Equal((2, 0, 2), (ending.Work("inFlightAtSignal"), ending.Work("completed"), ending.Work("aborted")));
        Assert.Empty(service.Log.Of(LogEntry.Aborting)); // Long before the deadline.
        Assert.Single(service.Log.Saying("lab: metric shutdown.work.aborted 2"));
    }

    [Fact]
    public async Task A_request_whose_client_leaves_in_the_reserve_has_not_failed()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 9);
        using var client = await RawConnection.OpenAsync(service);
        await client.SendAsync("GET /lab/poll HTTP/1.1\r\nHost: test\r\n\r\n");
        await service.Log.UntilLabSaysAsync("long poll");

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync("the reserve", entry => entry.Line.Contains("hosted services are stopped without waiting", StringComparison.Ordinal));
        client.Dispose();

        (await service.EndAsync()).Is(0, "drained").SaidSo();
    }

    [Fact]
    public async Task A_worker_that_ignores_its_token_is_named_and_does_not_count_as_a_request()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 2, lab: "worker-without-token");
        var job = await service.BeginJobAsync("quick", 1);

        service.Send(Signal.Terminate);

        await (await job).Content.ReadAsStringAsync();
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Took(atMost: 2 + 3 + 2);
        Assert.Equal("WorkerWithoutToken", Assert.Single(ending.Aborted).Name);
        Assert.Equal((1, 1), (ending.Work("inFlightAtSignal"), ending.Work("completed")));
    }

    [Fact]
    public async Task Three_hundred_requests_that_block_the_thread_pool_do_not_hold_it_up()
    {
        await using var service = await StartReadyAsync(delay: 1, drain: 2, flush: 1);
        var jobs = Enumerable.Range(0, 300).Select(_ => service.RunJobAsync("block-thread", 60)).ToArray();
        await service.Log.UntilBegunAsync(jobs: 4);

        service.Send(Signal.Terminate);

        foreach (var job in jobs)
        {
            try
            {
                using var answer = await job;
                Assert.False(answer.IsSuccessStatusCode); // A thread that came free in the flush found everything disposed.
            }
            catch (HttpRequestException) { }
        }
        var ending = (await service.EndAsync()).Is(2, "aborted").Took(atMost: 3 + 1 + 2);
        Assert.InRange(ending.Report.GetProperty("seconds").GetProperty("delay").GetDouble(), 1, 2); // Neither does the delay depend on it.
        Assert.Contains(("POST /jobs"), ending.Aborted.Select(aborted => aborted.Name));
        Assert.Matches("still .*pool threads, .*waiting", ending.Error);
    }

    [Theory]
    [InlineData("hang-in-stop", "HangingStop")]
    [InlineData("block-in-stop", "BlockingStop")]
    [InlineData("use-what-is-disposed", "StopThatUsesWhatIsDisposed")]
    [InlineData("hang-in-stopping", "HangingStopping.StoppingAsync")]
    [InlineData("block-on-stopping", "a callback of ApplicationStopping")]
    [InlineData("block-on-stopped", "a callback of ApplicationStopped")]
    public async Task A_part_of_the_host_that_hangs_is_bounded_and_named(string lab, string name)
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 1, flush: 1, lab);

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Took(atMost: 1 + 1 + 2);
        Assert.Equal(name, Assert.Single(ending.Aborted).Name);
        Assert.Equal(0, ending.Work("aborted"));
    }

    [Fact]
    public async Task A_disposal_that_hangs_is_bounded_and_the_report_says_where()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 1, flush: 1, "hang-in-disposal");

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Took(atMost: 1 + 1 + 2);
        Assert.StartsWith("still flushing", ending.Error);
    }

    [Fact]
    public async Task A_log_that_hangs_on_the_report_is_bounded_and_the_report_knows()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 1, flush: 1, lab: "block-report");

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(2, "aborted").Within(1 + 1 + 2); // Drain, flush, and 2 s for the log.
        Assert.Contains("still", ending.Error);
    }

    [Fact]
    public async Task A_full_pipe_is_bounded_and_the_report_says_so()
    {
        await using var service = await StartReadyAsync(new ServiceStart { ReadOutput = false, Lab = "chatty", Settings = Budget(0.5, 1, 1) });
        service.OpenGate();
        for (string? before = null, now = "0"; before != now || now == "0"; await Task.Delay(200)) // Until it can say no more.
            (before, now) = (now, await service.Client.GetStringAsync("/lab/chatter"));

        service.Send(Signal.Terminate);

        var ending = (await service.EndAsync()).Is(2, "aborted").Within(1.5 + 1 + 2);
        Assert.StartsWith("still", ending.Error);
    }

    [Fact]
    public async Task A_report_with_too_many_names_is_cut_and_says_how_many_it_left_out()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 1);
        var requests = Enumerable.Range(0, 100).Select(number => service.Client.GetAsync($"/lab/{string.Concat(Enumerable.Repeat("请求", 100))}/{number}")).ToArray();
        var started = 0;
        await service.Log.UntilAsync("100 requests", entry => entry.Line == "lab: long name" && ++started == 100);

        service.Send(Signal.Terminate);

        foreach (var request in requests)
            await Jobs.AssertCutOffAsync(request);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo();
        Assert.Equal(100, ending.Work("aborted"));
        Assert.InRange(ending.Aborted.Count, 2, 99);
        Assert.Equal(100 - ending.Aborted.Count, ending.Report.GetProperty("abortedNotListed").GetInt32());
        Assert.Equal(100, service.Log.Of(LogEntry.Aborting).Count);
    }
}
