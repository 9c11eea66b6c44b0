using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace PulsarBroker.Connections;

/// <summary>The certificate that the broker shows, and the authority that has to have signed those of its clients.</summary>
internal sealed class Encryption(string certificateFile, string? clientAuthorityFile) : IDisposable
{
    private readonly X509Certificate2 _certificate = X509Certificate2.CreateFromPemFile(certificateFile, certificateFile);
    private readonly X509Certificate2? _clientAuthority = clientAuthorityFile is null ? null : X509CertificateLoader.LoadCertificateFromFile(clientAuthorityFile);

    public SslServerAuthenticationOptions Options() => new()
    {
        ServerCertificate = _certificate,
        ClientCertificateRequired = _clientAuthority is not null,
        CertificateChainPolicy = _clientAuthority is null ? null : Below(_clientAuthority),
    };

    public void Dispose()
    {
        _certificate.Dispose();
        _clientAuthority?.Dispose();
    }

    private static X509ChainPolicy Below(X509Certificate2 authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };
}
