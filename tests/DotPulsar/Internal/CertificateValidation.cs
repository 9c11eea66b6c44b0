using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DotPulsar.Abstractions;

namespace DotPulsar.Internal;

/// <summary>Accepts a certificate without errors, and one whose only errors are those the client was told not to look at.</summary>
internal sealed class CertificateValidation(ClientSettings settings) : IValidateRemoteCertificate
{
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors sslPolicyErrors)
    {
        if (sslPolicyErrors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return false;
        if (sslPolicyErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && settings.VerifyName)
            return false;
        if (!sslPolicyErrors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) || !settings.VerifyAuthority)
            return true;
        return settings.TrustedAuthority is { } authority && certificate is X509Certificate2 presented && chain is not null && IsBelow(authority, presented, chain);
    }

    private static bool IsBelow(X509Certificate2 authority, X509Certificate2 certificate, X509Chain chain)
    {
        chain.ChainPolicy.ExtraStore.Add(authority);
        chain.Build(certificate);
        return chain.ChainElements.Any(e => e.Certificate.Thumbprint == authority.Thumbprint);
    }
}
