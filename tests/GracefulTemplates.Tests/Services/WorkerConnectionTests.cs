using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Connections that do not come about: a log entry says why, once.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerConnectionTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int NotAvailable = 303, NoAnswer = 304;

    [Theory]
    [InlineData("client certificate refused")]
    [InlineData("client certificate not sent")]
    [InlineData("plain to the TLS port")]
    [InlineData("TLS to the plain port")]
    [InlineData("a port of HTTP")]
    [InlineData("unknown authority")]
    [InlineData("refused")]
    [InlineData("a broker that is frozen")]
    public async Task The_reason_is_said_once_whatever_it_is(string mistake)
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
            settings.AddRange([("Pulsar:TlsCertificateFile", another.Issue("worker")), ("Pulsar:TlsKeyFile", another.Issue("worker"))]);

        await using var worker = Start(Consumer(settings: [.. settings]));

        await worker.Log.UntilAsync("the reason", entry => entry.EventId is NotAvailable or NoAnswer);
        await Task.Delay(TimeSpan.FromSeconds(4)); // Part of the scenario: the client tries again every second.
        var said = worker.Log.Entries.Where(entry => entry.Level is "Warning" or "Error" && entry.Category.Contains(".Messaging.", StringComparison.Ordinal)).Select(entry => entry.Message).ToList();
        Assert.InRange(said.Count, 1, 3);
        Assert.Equal(said.Distinct(), said);
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(1);
    }
}
