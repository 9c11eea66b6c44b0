using GracefulTemplates.Sandboxes;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using PulsarBroker.Control;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

/// <summary>The process itself: its command line, its ports, its end.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task It_listens_where_it_is_told_to()
    {
        var (port, controlPort) = (FreePort.Next(), FreePort.Next());

        await using var broker = await BrokerProcess.StartAsync("--port", $"{port}", "--control-port", $"{controlPort}");

        Assert.Equal(port, broker.ServiceUrl.Port);
        using var http = new HttpClient();
        Assert.Equal("ok", await http.GetStringAsync($"http://127.0.0.1:{controlPort}/admin/v2/brokers/health"));
    }

    [Fact]
    public async Task A_signal_ends_it_at_once_even_while_it_publishes()
    {
        await using var broker = await BrokerProcess.StartAsync();
        var publishing = broker.Control.PublishAsync(new() { Topic = "t", Count = 1000, PerSecond = 1 });
        await broker.Control.WhenAsync("t", s => s.MsgInCounter > 0);
        var clock = Stopwatch.StartNew();

        using (var kill = Process.Start("kill", ["-TERM", $"{broker.Process.Id}"]))
            await kill.WaitForExitAsync();
        await broker.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(0, broker.Process.ExitCode);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));      // 0.3 s on a machine that is not busy
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => publishing);
    }

    [Theory]
    [InlineData("'--colour' is no option", "--colour")]
    [InlineData("'--port' needs a port", "--port", "many")]
    [InlineData("'--port' needs a port", "--port")]
    [InlineData("'--certificate' needs a file", "--certificate", "nowhere.pem")]
    [InlineData("'--client-authority' needs a file", "--client-authority", "nowhere.pem")]
    public void A_wrong_command_line_is_explained(string start, params string[] args)
    {
        var error = Assert.Throws<ArgumentException>(() => BrokerOptions.Parse(args));

        Assert.StartsWith(start, error.Message);
        Assert.Contains("Usage:", error.Message);
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_TLS()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
        await using var broker = await BrokerProcess.StartAsync("--certificate", file);
        File.Delete(file);
        await broker.Control.PublishAsync(new() { Topic = "t" });
        await using var trusting = new TestClient(broker.ServiceUrl, "t", b => Careful(b).TrustedCertificateAuthority(certificate));
        await using var distrusting = new TestClient(broker.ServiceUrl, "t", b => Careful(b));

        await using var consumer = await trusting.SubscribeAsync();
        await consumer.ReceiveAsync();

        Assert.Equal("pulsar+ssl", broker.ServiceUrl.Scheme);
        await using var refused = distrusting.NewConsumer().Create();
        var fault = await Assert.ThrowsAsync<ConsumerFaultedException>(async () => await refused.Receive());
        Assert.IsType<System.Security.Authentication.AuthenticationException>(fault.InnerException);

        static IPulsarClientBuilder Careful(IPulsarClientBuilder builder) => builder.VerifyCertificateName(true).CheckCertificateRevocation(false);
    }
}
