using System.Net;
using System.Net.Sockets;
using GracefulTemplates.Sandboxes;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>How HTTP/2 connections close.</summary>
public sealed class LingeringTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>, IDisposable
{
    /// <summary>How long a client goes on sending, of the second that it has.</summary>
    private static readonly TimeSpan Crossing = TimeSpan.FromSeconds(0.2);

    private readonly TestAuthority _authority = new();
    private readonly int _tlsPort = FreePort.Next();

    // Of a connection that is closed the first request causes a reset, which the second one meets.
    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "connection-logging")]
    [InlineData(false, "proxy-protocol")]
    [InlineData(true, "connection-logging")]
    public async Task A_request_that_crosses_with_GOAWAY_finds_the_connection_open(bool tls, string lab)
    {
        await using var service = await StartReadyAsync(lab);
        using var client = await ConnectAsync(service, tls, lab == "proxy-protocol" ? "PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n" : "");

        service.Send(Signal.Terminate);

        await client.UntilGoAwayAsync();
        var since = service.Now;
        for (var stream = 3; service.Now - since < Crossing; stream += 2)
        {
            await client.GetAsync(stream, "/healthz");
            await Task.Delay(20);
        }
        client.Dispose();
        (await service.EndAsync()).Is(0, "drained").SaidSo();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_does_not_leave_is_disconnected_a_second_later(bool tls)
    {
        await using var service = await StartReadyAsync(lab: "");
        using var client = await ConnectAsync(service, tls);

        service.Send(Signal.Terminate);

        await client.UntilGoAwayAsync();
        await client.UntilClosedAsync();
        Assert.InRange((service.Now - service.SignalledAt).TotalSeconds, 0.95, ServiceProcess.Patience.TotalSeconds);
        (await service.EndAsync()).Is(0, "drained").Within(1 + 1.1);
    }

    // What fails in a heartbeat would end the process on the thread of a timer.
    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "failing-heartbeat")]
    [InlineData(true, "")]
    public async Task A_client_that_does_not_leave_after_its_last_answer_is_disconnected_too(bool tls, string lab)
    {
        await using var service = await StartReadyAsync(lab);
        using var client = await ConnectAsync(service, tls);
        await client.GetAsync(stream: 3, "/lab/gated");
        await service.Log.UntilLabSaysAsync("at the gate");

        service.Send(Signal.Terminate);
        await client.UntilGoAwayAsync();
        if (lab != "") await service.Log.UntilLabSaysAsync("heartbeat fails again");
        service.OpenGate();

        await client.UntilAnsweredAsync(stream: 3);
        await client.UntilClosedAsync();
        (await service.EndAsync()).Is(0, "drained");
    }

    // Nothing but the close tells it to leave: whatever it sends in that second would be lost.
    [Fact]
    public async Task An_idle_client_of_HTTP_1_is_disconnected_at_once()
    {
        await using var service = await StartReadyAsync(lab: "");
        using var http2 = await ConnectAsync(service, tls: false);
        using var http1 = await RawConnection.OpenAsync(service);
        await http1.SendAsync("GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await http1.ReadAsync(until: "Healthy"), StringComparison.Ordinal);
        var http1Closed = ClosedAsync(async () => Assert.Equal("(closed)", await http1.ReadAsync()));
        var http2Closed = ClosedAsync(http2.UntilClosedAsync);

        service.Send(Signal.Terminate);

        Assert.InRange((await http2Closed - await http1Closed).TotalSeconds, 0.5, ServiceProcess.Patience.TotalSeconds);
        (await service.EndAsync()).Is(0, "drained");

        async Task<TimeSpan> ClosedAsync(Func<Task> untilClosed)
        {
            await untilClosed();
            return service.Now;
        }
    }

    // A port scan, say. What comes after the end of its TLS must not ask for the protocol that was negotiated.
    [Fact]
    public async Task A_connection_without_a_handshake_is_no_error()
    {
        await using var service = await StartReadyAsync("connection-logging");
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, _tlsPort);
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            while (await client.GetStream().ReadAsync(new byte[100]) > 0) { }
        }

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(0, "drained");
        Assert.DoesNotContain(service.Log.Entries, entry => entry.Level is "Error" or "Warning");
    }

    public void Dispose() => _authority.Dispose();

    private Task<ServiceProcess> StartReadyAsync(string lab)
    {
        var certificate = _authority.Issue("127.0.0.1");
        return StartReadyAsync(new ServiceStart
        {
            Http2 = true,
            Lab = lab,
            Settings =
            [
                .. Budget(delay: 0), ("Kestrel:Endpoints:Tls:Url", $"https://127.0.0.1:{_tlsPort}"),
                ("Kestrel:Endpoints:Tls:Certificate:Path", certificate), ("Kestrel:Endpoints:Tls:Certificate:KeyPath", certificate),
            ],
        });
    }

    private async Task<Http2Connection> ConnectAsync(ServiceProcess service, bool tls, string firstLine = "")
    {
        var client = await Http2Connection.OpenAsync(tls ? _tlsPort : service.Http2Port, tls, firstLine);
        await client.GetAsync(stream: 1, "/healthz");
        await client.UntilAnsweredAsync(stream: 1);
        return client;
    }
}
