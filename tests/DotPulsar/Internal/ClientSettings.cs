using System.Security.Cryptography.X509Certificates;
using DotPulsar.Abstractions;

namespace DotPulsar.Internal;

/// <summary>What a client builder was told.</summary>
internal sealed record ClientSettings
{
    public Uri ServiceUrl { get; init; } = new("pulsar://localhost:6650");

    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(3);

    public IAuthentication? Authentication { get; init; }

    public IReadOnlyList<IHandleException> ExceptionHandlers { get; init; } = [];

    public EncryptionPolicy? Encryption { get; init; }

    public X509Certificate2Collection ClientCertificates { get; } = [];

    public X509Certificate2? TrustedAuthority { get; init; }

    public bool VerifyAuthority { get; init; } = true;

    public bool VerifyName { get; init; }

    public bool CheckRevocation { get; init; } = true;

    public IValidateRemoteCertificate? Validation { get; init; }

    public bool Encrypted => ServiceUrl.Scheme == ClientBuilder.EncryptedScheme;
}
