using System.Net.Security;
using System.Security.Cryptography;
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
            var authorities = new X509Certificate2Collection(); // While one replaces another, both are in the file.
            authorities.ImportFromPemFile(trusted);
            if (authorities.Count == 0) throw new CryptographicException($"There is no PEM certificate in '{trusted}'.");
            builder.RemoteCertificateValidation((_, certificate, chain, errors) => IsSignedByOneOf(authorities, certificate, chain, errors));
            builder.CheckCertificateRevocation(false); // A private authority seldom publishes a revocation list.
        }
        if (options.TlsCertificateFile is { Length: > 0 } certificate)
            builder.AuthenticateUsingClientCertificate(X509Certificate2.CreateFromPemFile(certificate, options.TlsKeyFile));
        return builder;
    }

    /// <summary>What is in the files now; null while they cannot be read. A client keeps the certificates that it was made with.</summary>
    public static string? ReadCertificates(PulsarOptions options)
    {
        try
        {
            string?[] files = [options.TlsTrustedCertificateFile, options.TlsCertificateFile, options.TlsKeyFile];
            return string.Join('\n', files.Where(file => !string.IsNullOrEmpty(file)).Select(file => File.ReadAllText(file!)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // They are being replaced.
        }
    }

    // The client's TrustedCertificateAuthority accepts every chain in which the authority appears: that of a certificate that has
    // expired, and of one that somebody else has signed in its name.
    private static bool IsSignedByOneOf(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0 && chain is not null && certificate is X509Certificate2 presented &&
        authorities.Any(authority => IsSignedBy(authority, presented, chain.ChainPolicy));

    // One by one: an authority that replaces another often has its name, and a chain could end at the wrong one.
    private static bool IsSignedBy(X509Certificate2 authority, X509Certificate2 presented, X509ChainPolicy policy)
    {
        using var chain = new X509Chain { ChainPolicy = policy.Clone() };
        chain.ChainPolicy.ExtraStore.Add(authority);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority; // To the system; we know it.
        return chain.Build(presented) && chain.ChainElements.Any(element => element.Certificate.Thumbprint == authority.Thumbprint);
    }
}
