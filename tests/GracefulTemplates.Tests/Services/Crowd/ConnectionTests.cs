using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>Hubs, WebSockets and responses that go on for ever.</summary>
[Trait("Category", "Slow")]
public sealed class ConnectionTests(ITestOutputHelper output) : CrowdTests(output)
{
    [Theory]
    [CombinatorialOfBoth(HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling)]
    public async Task A_hub_stops_with_the_listener_though_its_client_connects_again(Make make, HttpTransportType transport) =>
        await StopHubAsync(make, "/hub", transport);

    [Theory]
    [InlineData("/hub-that-ends", HttpTransportType.WebSockets)]
    [InlineData("/hub-that-ends", HttpTransportType.ServerSentEvents)]
    [InlineData("/hub-that-ends", HttpTransportType.LongPolling)]
    [InlineData("/hub-marked", HttpTransportType.WebSockets)]
    public async Task So_does_a_hub_that_is_marked_as_ending_on_drain(string path, HttpTransportType transport) =>
        await StopHubAsync(Make.Graceful, path, transport);

    private async Task StopHubAsync(Make make, string path, HttpTransportType transport)
    {
        await using var service = await StartReadyAsync(make, "", delay: 2);
        await using var hub = new HubConnectionBuilder().WithUrl($"http://127.0.0.1:{service.Port}{path}", transport)
            .WithAutomaticReconnect([.. Enumerable.Repeat(TimeSpan.FromMilliseconds(100), 100)]).Build();
        var closedAt = new TaskCompletionSource<TimeSpan>();
        hub.Reconnecting += _ => { closedAt.TrySetResult(service.Now); return Task.CompletedTask; };
        hub.Closed += _ => { closedAt.TrySetResult(service.Now); return Task.CompletedTask; };
        await hub.StartAsync();
        Assert.Equal("hello", await hub.InvokeAsync<string>("Echo", "hello"));

        service.Send(Signal.Terminate);
        if (make == Make.Graceful)
        {
            await service.Log.UntilAsync(LogEntry.Stopping);
            Assert.Equal("still here", await hub.InvokeAsync<string>("Echo", "still here"));
        }

        (await service.EndAsync()).IsDrained(make).Soon();
        var draining = make == Make.Graceful ? (await service.Log.UntilAsync(LogEntry.Draining)).At : service.SignalledAt;
        Assert.InRange((await closedAt.Task.WaitAsync(ServiceProcess.Patience) - draining).TotalSeconds, -0.2, 5);
        await hub.StopAsync();
    }

    [Fact]
    public async Task The_WebSocket_of_the_page_is_closed_with_1001_when_draining_begins()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "", delay: 2);
        using var socket = await ConnectAsync(service, "/echo");
        Assert.Equal("one", await EchoAsync(socket, "one"));

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);
        Assert.Equal("two", await EchoAsync(socket, "two"));

        var close = await ReceiveAsync(socket);
        Assert.Equal((WebSocketMessageType.Close, (WebSocketCloseStatus?)1001, "shutting down"), (close.MessageType, close.CloseStatus, close.CloseStatusDescription));
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
    }

    [Fact]
    public async Task A_WebSocket_whose_client_does_not_answer_the_close_is_cut_off_a_second_later()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        using var socket = await ConnectAsync(service, "/echo");
        Assert.Equal("one", await EchoAsync(socket, "one"));

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_WebSocket_at_work_finishes_answers_and_says_goodbye(Make make)
    {
        await using var service = await StartReadyAsync(make, "");
        using var socket = await ConnectAsync(service, "/crowd/socket-at-work");
        await SendAsync(socket, "order");
        await service.Log.UntilLabSaysAsync("at work");

        service.Send(Signal.Terminate);
        if (make == Make.Graceful) await service.Log.UntilAsync(LogEntry.Draining);
        await Task.Delay(TimeSpan.FromSeconds(3)); // What waits for its client is cut off after 1 s.
        service.OpenGate();

        Assert.Equal("order", (await ReceiveAsync(socket)).Text);
        Assert.Equal((WebSocketCloseStatus?)1001, (await ReceiveAsync(socket)).CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        (await service.EndAsync()).IsDrained(make).Soon();
        Assert.Single(service.Log.LabSaid("saved"));
    }

    [Fact]
    public async Task A_WebSocket_whose_client_goes_on_talking_is_cut_off_too()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        using var socket = await ConnectAsync(service, "/crowd/socket-without-token");
        var talking = TalkAsync();

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
        await Assert.ThrowsAnyAsync<Exception>(() => talking);

        async Task TalkAsync()
        {
            for (; ; await Task.Delay(20)) Assert.Equal("again", await EchoAsync(socket, "again"));
        }
    }

    // Nobody can tell that it is at work; were it taken for that, it would hold the stop to the deadline, and be named.
    [Fact]
    public async Task A_WebSocket_that_only_sends_is_cut_off_too()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        using var socket = await ConnectAsync(service, "/crowd/socket-that-only-sends");
        Assert.Equal("tick", (await ReceiveAsync(socket)).Text);

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(Make.Graceful);
    }

    [Fact]
    public async Task A_handler_whose_token_fires_sees_that_the_application_stops()
    {
        const int Requests = 20;
        await using var service = await StartReadyAsync(Make.Graceful, "");
        var requests = Enumerable.Range(0, Requests).Select(_ => service.Client.GetAsync("/crowd/asks-whether-it-stops")).ToArray();
        await service.Log.UntilAsync("all ask", _ => service.Log.LabSaid("asking").Length == Requests);

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
        Assert.Equal(Enumerable.Repeat("True", Requests), service.Log.LabSaid("stopping: "));
        foreach (var request in requests) (await request).Dispose();
    }

    // The listener is open for the delay, and the application has been told already.
    [Theory]
    [InlineData("GET", "text/event-stream", HttpStatusCode.OK)]
    [InlineData("POST", "text/event-stream", HttpStatusCode.ServiceUnavailable)]
    [InlineData("GET", "application/json", HttpStatusCode.ServiceUnavailable)]
    public async Task A_reader_of_server_sent_events_that_comes_back_too_early_gets_an_empty_stream(string method, string accepted, HttpStatusCode expected)
    {
        await using var service = await StartReadyAsync(Make.Graceful, "", delay: 5);
        service.OpenGate();
        Assert.Equal("200 done", await TextAsync(service.Client.PostAsync("/crowd/at-gate/stop", null)));
        await service.Log.UntilAsync(LogEntry.Stopping);

        using var request = new HttpRequestMessage(new HttpMethod(method), "/crowd/any-events") { Headers = { { "Accept", accepted } } };
        using var response = await service.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.OK) // A reader connects again when it ends, and never after another status.
            Assert.Equal(("text/event-stream", ""), ($"{response.Content.Headers.ContentType}", await response.Content.ReadAsStringAsync()));
        (await service.EndAsync()).IsDrained(Make.Graceful);
    }

    // One that stays open meanwhile would take its reader back to where it is refused.
    [Fact]
    public async Task The_connection_of_a_stream_closes_with_it_while_others_take_their_second_to_leave()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        using var events = await RawConnection.OpenAsync(service);
        using var other = await RawConnection.OpenAsync(service);
        await events.SendAsync("GET /crowd/events HTTP/1.1\r\nHost: test\r\n\r\n");
        await events.ReadAsync(until: "text/event-stream");
        await other.SendAsync("GET /crowd/ends-but-ignores-its-token HTTP/1.1\r\nHost: test\r\n\r\n");
        await service.Log.UntilLabSaysAsync("ignoring its token");
        var (eventsClosed, otherClosed) = (ClosedAsync(events), ClosedAsync(other));

        service.Send(Signal.Terminate);

        Assert.InRange((await otherClosed - await eventsClosed).TotalSeconds, 0.5, ServiceProcess.Patience.TotalSeconds);
        (await service.EndAsync()).IsDrained(Make.Graceful);

        async Task<TimeSpan> ClosedAsync(RawConnection connection)
        {
            await connection.ReadAsync();
            return service.Now;
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_stream_that_is_linked_to_ApplicationStopping_ends_with_it_and_cleanly(Make make)
    {
        await using var service = await StartReadyAsync(make, "", delay: 1);
        using var events = new StreamReader(await service.Client.GetStreamAsync("/crowd/linked-to-stopping"));
        Assert.Equal("data: x", await events.ReadLineAsync());

        service.Send(Signal.Terminate);

        await events.ReadToEndAsync(); // Throws when the connection is reset.
        var ended = service.Now - service.SignalledAt;
        (await service.EndAsync()).IsDrained(make).Soon();
        if (make == Make.Graceful) Assert.True(ended.TotalSeconds >= 1, $"ended {ended.TotalSeconds} s after the signal");
    }

    [Theory]
    [InlineData("/crowd/ends-but-ignores-its-token")]
    [InlineData("/crowd/ends-but-blocks-its-thread")]
    public async Task An_endpoint_that_ends_on_drain_but_ignores_its_token_is_cut_off_a_second_later(string path)
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        var response = service.Client.GetStringAsync(path);
        await service.Log.UntilLabSaysAsync("ignoring its token");

        service.Send(Signal.Terminate);

        await Assert.ThrowsAsync<HttpRequestException>(() => response);
        (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
    }

    [Theory]
    [InlineData("/crowd/array-that-throws", "", false)]
    [InlineData("/crowd/array-that-returns", "", false)]
    [InlineData("/crowd/array-that-throws", "compression", false)]
    [InlineData("/crowd/text", "compression", false)]
    [InlineData("/crowd/lines", "", false)]
    [InlineData("/crowd/download", "", false)]
    [InlineData("/crowd/text", "compression", true)]
    [InlineData("/crowd/array-that-returns", "", true)]
    [InlineData("/crowd/download", "", true)]
    public async Task A_response_that_ends_on_drain_is_not_taken_for_whole(string path, string parts, bool http2)
    {
        await using var service = await StartReadyAsync(Make.Graceful, new ServiceStart { Lab = parts, Http2 = http2 });
        using var response = await GetAsync(service, path, http2);
        Assert.Equal(parts == "compression", response.Content.Headers.ContentEncoding.Contains("gzip"));
        var body = await response.Content.ReadAsStreamAsync();
        Assert.NotEqual(0, await body.ReadAsync(new byte[10]));

        service.Send(Signal.Terminate);

        var lost = await Assert.ThrowsAnyAsync<Exception>(() => body.CopyToAsync(Stream.Null));
        Assert.True(lost is HttpRequestException or IOException, lost.ToString());
        (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("compression", false)]
    public async Task Server_sent_events_end_cleanly(string parts, bool http2)
    {
        await using var service = await StartReadyAsync(Make.Graceful, new ServiceStart { Lab = parts, Http2 = http2 });
        using var response = await GetAsync(service, "/crowd/events", http2);
        var body = await response.Content.ReadAsStreamAsync();
        Assert.NotEqual(0, await body.ReadAsync(new byte[10]));

        service.Send(Signal.Terminate);

        await body.CopyToAsync(Stream.Null); // Throws when the connection is reset.
        (await service.EndAsync()).IsDrained(Make.Graceful).Soon();
    }

    private static Task<HttpResponseMessage> GetAsync(ServiceProcess service, string path, bool http2)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{(http2 ? service.Http2Port : service.Port)}{path}")
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        return service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<ClientWebSocket> ConnectAsync(ServiceProcess service, string path)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{service.Port}{path}"), CancellationToken.None);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await SendAsync(socket, text);
        return (await ReceiveAsync(socket)).Text;
    }

    private static async Task<(WebSocketMessageType MessageType, string Text, WebSocketCloseStatus? CloseStatus, string? CloseStatusDescription)> ReceiveAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(ServiceProcess.Patience);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), patience.Token);
        return (received.MessageType, Encoding.UTF8.GetString(buffer, 0, received.Count), received.CloseStatus, received.CloseStatusDescription);
    }
}
