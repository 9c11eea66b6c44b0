using System.Globalization;
using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class DrainTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    [Theory]
    [InlineData(Signal.Terminate, "SIGTERM")]
    [InlineData(Signal.Interrupt, "SIGINT")]
    [InlineData(Signal.Quit, "SIGQUIT")]
    public async Task An_idle_service_stops_at_once(Signal signal, string name)
    {
        await using var service = await StartReadyAsync(delay: 0);

        service.Send(signal);

        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(1);
        Assert.Equal(name, ending.Reason);
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_and_then_the_process_ends_right_away()
    {
        await using var service = await StartReadyAsync(delay: 0);
        var job = await service.BeginJobAsync("slow", 3);

        service.Send(Signal.Terminate);

        using var response = await job;
        var answered = service.Now - service.SignalledAt;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.ConnectionClose);
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(answered.TotalSeconds);
        Assert.Equal((1, 1, 0), (ending.Work("inFlightAtSignal"), ending.Work("completed"), ending.Work("aborted")));
        Assert.Contains("\"drain\":", ending.ReportText);
    }

    [Fact]
    public async Task A_stream_of_HTTP2_in_flight_is_answered()
    {
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Settings = Budget(0) });
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{service.Http2Port}") };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/jobs")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("""{"name":"slow","seconds":1.5}""", null, "application/json"),
        };
        var answer = client.SendAsync(request);
        await service.Log.UntilBegunAsync();

        service.Send(Signal.Terminate);

        using var response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        (await service.EndAsync()).Is(0, "drained").Within(2);
    }

    [Fact]
    public async Task In_the_delay_it_serves_on_and_asks_every_client_to_leave()
    {
        await using var service = await StartReadyAsync(delay: 3, lab: "phases");
        using var before = await service.RunJobAsync("before", 0);
        Assert.Null(before.Headers.ConnectionClose);
        var atTheSignal = await service.BeginJobAsync("at-the-signal", 1.5);

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);

        for (var request = 0; request < 3; request++) // The first on the connection that is there, the others on new ones.
        {
            using var during = await service.RunJobAsync("during", 0);
            Assert.Equal(HttpStatusCode.OK, during.StatusCode);
            Assert.True(during.Headers.ConnectionClose);
        }
        using var response = await atTheSignal;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.ConnectionClose);
        Assert.Empty(service.Log.Saying("lab: draining"));
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(3.5);
        Assert.True(ending.AfterSignal.TotalSeconds >= 3, $"ended {ending.AfterSignal} after the signal");
        Assert.Equal((1, 3, 4), (ending.Work("inFlightAtSignal"), ending.Work("arrivedAfterSignal"), ending.Work("completed")));
    }

    // No header could tell its client to leave any more: it sends its next request here, as soon as it has the whole answer.
    [Fact]
    public async Task A_connection_whose_answer_was_on_its_way_at_the_signal_answers_one_more_request()
    {
        const string Begin = "GET /lab/begun?whole={0} HTTP/1.1\r\nHost: test\r\n\r\n", Job = """{"name":"next","seconds":0}""";
        await using var service = await StartReadyAsync(delay: 5);
        using var whole = await RawConnection.OpenAsync(service);
        using var half = await RawConnection.OpenAsync(service);
        await whole.SendAsync(string.Format(CultureInfo.InvariantCulture, Begin, "true"));
        await whole.ReadAsync(until: "\r\n\r\nok");
        await half.SendAsync(string.Format(CultureInfo.InvariantCulture, Begin, "false"));
        await half.ReadAsync(until: "\r\n\r\no");

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);
        await SendJobAsync(whole);
        service.OpenGate();
        await half.ReadAsync(until: "k");
        await SendJobAsync(half);

        foreach (var connection in (RawConnection[])[whole, half])
        {
            var answer = await connection.ReadAsync();
            Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
            Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
            Assert.EndsWith("(closed)", answer, StringComparison.Ordinal);
        }
        (await service.EndAsync()).Is(0, "drained");

        static Task SendJobAsync(RawConnection connection) => connection.SendAsync(
            $"POST /jobs HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: {Job.Length}\r\n\r\n{Job}");
    }

    [Fact]
    public async Task In_the_delay_it_is_alive_but_not_ready()
    {
        await using var service = await StartReadyAsync(delay: 4);

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);

        using var ready = await service.Client.GetAsync("/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("draining", await ready.Content.ReadAsStringAsync());
        Assert.True(ready.Headers.ConnectionClose); // A poller that keeps its connection would meet a closed one.
        using var alive = await service.Client.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.InRange((service.Now - service.SignalledAt).TotalSeconds, 0, 3);
        (await service.EndAsync()).Is(0, "drained");
    }

    [Fact]
    public async Task StopApplication_is_a_stop_like_any_other()
    {
        await using var service = await StartReadyAsync(delay: 0.5);
        var slow = await service.BeginJobAsync("slow", 1);

        using var stop = await service.RunJobAsync("stop-application", 0);

        Assert.Equal(HttpStatusCode.OK, stop.StatusCode);
        using var response = await slow;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo();
        Assert.Equal("StopApplication", ending.Reason);
    }

    [Fact]
    public async Task While_it_drains_it_says_what_it_waits_for_oldest_first()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 20);
        var older = await service.BeginJobAsync("older", 11.5);
        var younger = service.Client.GetAsync("/lab/younger");
        await service.Log.UntilLabSaysAsync("long name");

        service.Send(Signal.Terminate);

        var first = await service.Log.UntilAsync(LogEntry.Waiting);
        Assert.Equal(2, first.State("Count").GetInt32());
        Assert.Matches(@"^POST /jobs \(\d+\.\d s\), GET /younger \(\d+\.\d s\)$", first.State("Oldest").GetString());
        using var response = await older;
        await service.Log.UntilAsync("it says it again", _ => service.Log.Of(LogEntry.Waiting).Count > 1);
        Assert.Equal(2, service.Log.Of(LogEntry.Waiting).Count);
        Assert.InRange((service.Log.Of(LogEntry.Waiting)[1].LoggedAt - first.LoggedAt).TotalSeconds, 4.8, 6);
        service.Send(Signal.Terminate); // The younger ignores its token; no need to see the end of that.
        await Jobs.AssertCutOffAsync(younger);
    }
}
