using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;

namespace Graceful.Service_1.Messaging.Internal;

internal static class PulsarSecurity
{
    /// <summary>TLS as the options say, and checked as one expects it.</summary>
    public static IPulsarClientBuilder WithTls(this IPulsarClientBuilder builder, PulsarOptions options)
    {
        builder.VerifyCertificateName(true); // Default false: any certificate of a trusted authority would do.
        if (options.TlsTrustedCertificateFile is { Length: > 0 } trusted)
        {
            var authority = X509CertificateLoader.LoadCertificateFromFile(trusted);
            builder.RemoteCertificateValidation((_, certificate, chain, errors) => IsSignedBy(authority, certificate, chain, errors));
            builder.CheckCertificateRevocation(false); // A private authority seldom publishes a revocation list.
        }
        if (options.TlsCertificateFile is { Length: > 0 } certificate)
            builder.AuthenticateUsingClientCertificate(X509Certificate2.CreateFromPemFile(certificate, options.TlsKeyFile));
        return builder;
    }

    // The client's TrustedCertificateAuthority accepts every chain in which the authority appears: that of a certificate that has
    // expired, and of one that somebody else has signed in its name.
    private static bool IsSignedBy(X509Certificate2 authority, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0 || chain is null || certificate is not X509Certificate2 presented) return false;
        chain.ChainPolicy.ExtraStore.Add(authority);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority; // To the system; we know it.
        return chain.Build(presented) && chain.ChainElements.Any(element => element.Certificate.Thumbprint == authority.Thumbprint);
    }
}
