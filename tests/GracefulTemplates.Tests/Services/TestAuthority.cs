using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GracefulTemplates.Tests.Services;

/// <summary>A certificate authority of a test's own, and what it signs, as PEM files in a folder that goes with it.</summary>
internal sealed class TestAuthority : IDisposable
{
    // All authorities have the same name: a client must not go by that.
    private const string Name = "CN=Test Authority";

    private static readonly DateTimeOffset Yesterday = DateTimeOffset.UtcNow.AddDays(-1), Tomorrow = DateTimeOffset.UtcNow.AddDays(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("graceful-certificates-").FullName;
    private readonly ECDsa _key = NewKey();
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        var request = new CertificateRequest(Name, _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _certificate = request.CreateSelfSigned(Yesterday.AddDays(-2), Tomorrow.AddDays(2));
        CertificateFile = Write("authority.pem", _certificate.ExportCertificatePem());
    }

    public string CertificateFile { get; }

    /// <summary>A file with a certificate for this host, an address or a name, and behind it the key.</summary>
    public string Issue(string host, bool expired = false)
    {
        using var key = NewKey();
        var request = new CertificateRequest("CN=issued", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_certificate, Yesterday.AddDays(-1), expired ? Yesterday : Tomorrow, Guid.NewGuid().ToByteArray());
        return Write($"{Guid.NewGuid():N}.pem", $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
