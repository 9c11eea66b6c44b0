using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>A broker of the test's own that speaks TLS, with certificates of a private authority.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerTlsTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const string Host = "127.0.0.1"; // As the broker's own URL has it.

    [Fact]
    public async Task A_broker_with_a_certificate_of_the_given_authority_is_trusted()
    {
        using var authority = new TestAuthority();
        await using var broker = await BrokerProcess.StartAsync("--certificate", authority.Issue(Host));

        await AssertHandlesAsync(broker, authority);
    }

    [Theory]
    [InlineData("another name", "RemoteCertificateNameMismatch")]
    [InlineData("another authority", "RemoteCertificateChainErrors")]
    [InlineData("expired", "RemoteCertificateChainErrors")]
    public async Task A_broker_with_another_certificate_learns_nothing_and_the_log_says_why(string mistake, string reason)
    {
        using var authority = new TestAuthority();
        using var another = new TestAuthority();
        var certificate = (mistake == "another authority" ? another : authority).Issue(mistake == "another name" ? "broker.example" : Host, mistake == "expired");
        await using var broker = await BrokerProcess.StartAsync("--certificate", certificate);
        await using var worker = Start(Consumer(broker, authority, ("Pulsar:Token", "secret")));

        await worker.Log.UntilAsync("the reason", entry => entry.Level is "Error" or "Warning" && entry.Says(reason));
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);

        Assert.Empty(await broker.Control.CommandsAsync()); // Not even a CONNECT, which carries the token.
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(1);
    }

    [Fact]
    public async Task The_client_certificate_is_shown_to_a_broker_that_asks_for_one()
    {
        using var authority = new TestAuthority();
        await using var broker = await BrokerProcess.StartAsync("--certificate", authority.Issue(Host), "--client-authority", authority.CertificateFile);
        await using var without = Start(Consumer(broker, authority));
        await UntilServingAsync(without);

        var certificate = authority.Issue("worker");
        await AssertHandlesAsync(broker, authority, ("Pulsar:TlsCertificateFile", certificate), ("Pulsar:TlsKeyFile", certificate));

        await UntilReadyIsAsync(without, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(2, (await broker.Control.CommandsAsync()).Count(command => command.Kind == "Connect")); // To ask for the partitions, and to consume: none of the other one.
    }

    [Fact]
    public async Task Certificates_that_are_replaced_are_used_and_half_a_file_ends_nothing()
    {
        using var old = new TestAuthority();
        using var next = new TestAuthority();
        var folder = Directory.CreateTempSubdirectory("graceful-certificates-");
        string authorities = Path.Combine(folder.FullName, "authorities.pem"), certificate = Path.Combine(folder.FullName, "worker.pem");
        File.Copy(old.CertificateFile, authorities);
        File.Copy(old.Issue("worker"), certificate);
        var before = await BrokerProcess.StartAsync("--certificate", old.Issue(Host), "--client-authority", old.CertificateFile);
        await using var worker = await StartReadyAsync(Consumer(before, old, ("Pulsar:TlsTrustedCertificateFile", authorities),
            ("Pulsar:TlsCertificateFile", certificate), ("Pulsar:TlsKeyFile", certificate)));
        await before.DisposeAsync();
        await using var after = await BrokerProcess.StartAsync("--certificate", next.Issue(Host), "--client-authority", next.CertificateFile, "--port", $"{before.ServiceUrl.Port}");
        await worker.Log.UntilAsync("that it does not trust the broker", entry => entry.Says("RemoteCertificateChainErrors"));

        await File.AppendAllTextAsync(authorities, $"\n{await File.ReadAllTextAsync(next.CertificateFile)}"); // Both, as in a rotation.
        var renewed = await File.ReadAllTextAsync(next.Issue("worker"));
        await File.WriteAllTextAsync(certificate, renewed[..(renewed.Length / 2)]);
        await worker.Log.UntilAsync("that the certificate cannot be read", entry => entry.EventId == LogEntry.ConsumerFailed && entry.Says("CryptographicException"));
        await File.WriteAllTextAsync(certificate, renewed);

        await after.Control.PublishAsync(Messages(1, seconds: 0));
        await after.Control.WhenAsync(Topic, Subscription, statistics => statistics.MsgBacklog == 0);
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(1);
        folder.Delete(recursive: true);
    }

    private async Task AssertHandlesAsync(BrokerProcess broker, TestAuthority authority, params (string, string)[] settings)
    {
        await broker.Control.PublishAsync(Messages(1, seconds: 0));
        await using var worker = await StartReadyAsync(Consumer(broker, authority, settings));

        await broker.Control.WhenAsync(Topic, Subscription, statistics => statistics.MsgBacklog == 0);

        Tally(1).NoneLost().NoneTwice();
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(1);
    }

    private ServiceStart Consumer(BrokerProcess broker, TestAuthority authority, params (string, string)[] settings) => Consumer(settings:
        [("Pulsar:ServiceUrl", broker.ServiceUrl.OriginalString), ("Pulsar:TlsTrustedCertificateFile", authority.CertificateFile), .. settings]);
}
