using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class IncompleteRequestTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    /// <summary>Seconds after which Kestrel cuts off a body that makes no progress: 5, and one that it adds for its heartbeat.</summary>
    private const double Stalled = 6;

    private const string Body = """{"name":"half","seconds":0}""";
    private static readonly string HalfOfTheHeaders = "POST /jobs HTTP/1.1\r\nHost: service\r\n";
    private static readonly string RestOfTheHeaders = $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n";
    private static readonly string RestOfChunkedHeaders = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";

    [Fact]
    public async Task A_half_sent_body_that_is_completed_in_time_is_answered()
    {
        await using var service = await StartReadyAsync(delay: 0);
        using var client = await HalfSendBodyAsync(service);

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        await client.SendAsync(Body[10..]);

        await AssertAnsweredAsync(service, client);
    }

    [Fact]
    public async Task A_half_sent_chunked_body_that_is_completed_in_time_is_answered()
    {
        await using var service = await StartReadyAsync(delay: 0);
        using var client = await RawConnection.OpenAsync(service);
        await HalfSendAsync(client, RestOfChunkedHeaders, Chunk(Body[..10]));

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        await client.SendAsync(Chunk(Body[10..]) + Chunk(""));

        await AssertAnsweredAsync(service, client);
    }

    [Fact]
    public async Task A_half_sent_body_is_answered_on_a_connection_that_had_others_before()
    {
        await using var service = await StartReadyAsync(delay: 0);
        using var client = await RawConnection.OpenAsync(service);
        await client.SendAsync($"{HalfOfTheHeaders}{RestOfTheHeaders}\r\n{Body}");
        await client.ReadAsync(until: Chunk(""));
        await HalfSendAsync(client, RestOfTheHeaders, Body[..10]);

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        await client.SendAsync(Body[10..]);

        await AssertAnsweredAsync(service, client);
    }

    [Fact]
    public async Task Half_sent_headers_that_are_completed_in_time_are_answered()
    {
        await using var service = await StartReadyAsync(delay: 0.5);
        using var client = await RawConnection.OpenAsync(service);
        await client.SendAsync(HalfOfTheHeaders);

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        await client.SendAsync($"{RestOfTheHeaders}\r\n{Body}");

        await AssertAnsweredAsync(service, client);
    }

    [Fact]
    public async Task A_half_sent_body_that_is_never_completed_is_bounded_and_named()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 2);
        using var client = await HalfSendBodyAsync(service);

        service.Send(Signal.Terminate);

        Assert.EndsWith("(aborted)", await client.ReadAsync());
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Within(2 + 3);
        Assert.Equal("POST /jobs", Assert.Single(ending.Aborted).Name);
    }

    [Fact]
    public async Task A_half_sent_body_that_stalls_is_refused_as_while_serving()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 30);
        using var client = await HalfSendBodyAsync(service);

        service.Send(Signal.Terminate);

        Assert.Contains("HTTP/1.1 408 Request Timeout", await client.ReadAsync(), StringComparison.Ordinal);
        (await service.EndAsync()).Is(0, "drained").SaidSo().Within(Stalled);
    }

    [Fact]
    public async Task The_rest_of_a_body_after_its_answer_holds_nothing_up()
    {
        await using var service = await StartReadyAsync(delay: 0.5, drain: 30);
        using var client = await RawConnection.OpenAsync(service);

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);
        await client.SendAsync("GET /healthz HTTP/1.1\r\nHost: service\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK", await client.ReadAsync(), StringComparison.Ordinal);
        (await service.EndAsync()).Is(0, "drained").SaidSo().Within(0.5 + Stalled);
    }

    [Fact]
    public async Task Half_sent_headers_that_are_never_completed_are_bounded_and_named()
    {
        await using var service = await StartReadyAsync(delay: 0.5, drain: 6);
        using var client = await RawConnection.OpenAsync(service);
        await client.SendAsync(HalfOfTheHeaders);

        service.Send(Signal.Terminate);

        Assert.EndsWith("(aborted)", await client.ReadAsync());
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Within(6.5 + 3);
        Assert.Equal("(open connection)", Assert.Single(ending.Aborted).Name);
        Assert.NotEmpty(Assert.Single(service.Log.Of(LogEntry.Waiting)).State("Oldest").GetString()!);
    }

    [Fact]
    public async Task A_silent_connection_holds_nothing_up()
    {
        await using var service = await StartReadyAsync(delay: 0.5);
        using var client = await RawConnection.OpenAsync(service);

        service.Send(Signal.Terminate);

        Assert.Equal("(closed)", await client.ReadAsync());
        (await service.EndAsync()).Is(0, "drained").Within(1);
    }

    private static async Task<RawConnection> HalfSendBodyAsync(ServiceProcess service)
    {
        var client = await RawConnection.OpenAsync(service);
        await HalfSendAsync(client, RestOfTheHeaders, Body[..10]);
        return client;
    }

    // The server says "100 Continue" when the endpoint reads the body: proof that the request is at work.
    private static async Task HalfSendAsync(RawConnection client, string restOfTheHeaders, string halfOfTheBody)
    {
        await client.SendAsync($"{HalfOfTheHeaders}{restOfTheHeaders}Expect: 100-continue\r\n\r\n");
        await client.ReadAsync(until: "100 Continue");
        await client.SendAsync(halfOfTheBody);
    }

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    private static async Task AssertAnsweredAsync(ServiceProcess service, RawConnection client)
    {
        var answer = await client.ReadAsync();
        Assert.Contains("HTTP/1.1 200 OK", answer);
        Assert.Contains("Connection: close", answer);
        Assert.EndsWith(Body + "(closed)", answer.Replace("\r\n0\r\n\r\n", "").Replace("0.0", "0"));
        (await service.EndAsync()).Is(0, "drained").SaidSo();
    }
}
