using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace GracefulTemplates.Tests.Services;

/// <summary>Connections that do not come about: a log entry says why, once.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerConnectionTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int Found = 300, Lost = 302, NotAvailable = 303, NoAnswer = 304;

    [Theory]
    [InlineData("client certificate refused", "has not answered for 5 s")]
    [InlineData("client certificate not sent", "has not answered for 5 s")]
    [InlineData("plain to the TLS port", "has not answered for 5 s")]
    [InlineData("TLS to the plain port", "unexpected EOF")]
    [InlineData("a port of HTTP", "has not answered for 5 s")]
    [InlineData("unknown authority", "RemoteCertificateChainErrors")]
    [InlineData("refused", "Connection refused")]
    [InlineData("a broker that is frozen", "has not answered for 5 s")]
    public async Task The_reason_is_said_once_whatever_it_is(string mistake, string expected)
    {
        using var authority = new TestAuthority();
        using var another = new TestAuthority();
        var needsCertificate = mistake.StartsWith("client certificate", StringComparison.Ordinal);
        string[] tls = mistake is "TLS to the plain port" or "a port of HTTP" or "refused" or "a broker that is frozen" ? [] :
            ["--certificate", authority.Issue("127.0.0.1"), .. needsCertificate ? (string[])["--client-authority", authority.CertificateFile] : []];
        await using var broker = await BrokerProcess.StartAsync(tls);
        await broker.Control.SetFaultsAsync(new() { Hang = mistake == "a broker that is frozen", RefuseConnections = mistake == "refused" });
        var url = mistake switch
        {
            "plain to the TLS port" => $"pulsar://127.0.0.1:{broker.ServiceUrl.Port}",
            "TLS to the plain port" => $"pulsar+ssl://127.0.0.1:{broker.ServiceUrl.Port}",
            "a port of HTTP" => $"pulsar://127.0.0.1:{broker.Control.Url.Port}",
            _ => broker.ServiceUrl.OriginalString,
        };
        List<(string, string)> settings = [("Pulsar:ServiceUrl", url)];
        if (url.StartsWith("pulsar+ssl", StringComparison.Ordinal))
            settings.Add(("Pulsar:TlsTrustedCertificateFile", (mistake == "unknown authority" ? another : authority).CertificateFile));
        if (mistake == "client certificate refused")
        {
            var own = another.Issue("worker");
            settings.AddRange([("Pulsar:TlsCertificateFile", own), ("Pulsar:TlsKeyFile", own)]);
        }

        await using var worker = Start(Consumer(settings: [.. settings]));

        await worker.Log.UntilAsync("the reason", entry => entry.EventId is NotAvailable or NoAnswer);
        await Task.Delay(TimeSpan.FromSeconds(4)); // Part of the scenario: the client tries again every second.
        var said = worker.Log.Entries.Where(entry => entry.Level is "Warning" or "Error" && entry.Category.Contains(".Messaging.", StringComparison.Ordinal)).Select(entry => entry.Message).ToList();
        Assert.InRange(said.Count, 1, 2); // A connection that is closed in the handshake may end in two ways.
        Assert.Equal(said.Distinct(), said);
        Assert.Contains(said, message => message.Contains(expected, StringComparison.Ordinal));
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(1);
    }

    [Fact]
    public async Task A_broker_that_answered_in_between_is_not_said_to_have_been_silent()
    {
        await using var worker = await StartReadyAsync(Consumer());
        await Broker.UnloadAsync(Topic);
        await worker.Log.UntilAsync("the return", _ => worker.Log.Of(Found).Count == 2);
        await Task.Delay(TimeSpan.FromSeconds(3)); // Part of the scenario: lost again within the 5 s.

        await Broker.SetFaultsAsync(new() { Ignore = [Kind.Subscribe] });
        await Broker.UnloadAsync(Topic);

        await worker.Log.UntilAsync("the second loss", _ => worker.Log.Of(Lost).Count == 2);
        var lost = worker.Log.Of(Lost)[1].LoggedAt;
        await worker.Log.UntilAsync("the silence", entry => entry.EventId == NoAnswer && entry.LoggedAt > lost); // On a busy machine there is one at the start.
        var silence = worker.Log.Of(NoAnswer).First(entry => entry.LoggedAt > lost).LoggedAt - lost;
        Assert.InRange(silence.TotalSeconds, 4.9, ServiceProcess.Patience.TotalSeconds);
    }
}
