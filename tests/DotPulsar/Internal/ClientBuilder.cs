using System.Security.Cryptography.X509Certificates;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;

namespace DotPulsar.Internal;

internal sealed class ClientBuilder : IPulsarClientBuilder
{
    public const string PlainScheme = "pulsar";
    public const string EncryptedScheme = "pulsar+ssl";

    private ClientSettings _settings = new();

    public IPulsarClientBuilder AuthenticateUsingClientCertificate(X509Certificate2 clientCertificate)
    {
        _settings.ClientCertificates.Add(clientCertificate);
        return this;
    }

    public IPulsarClientBuilder Authentication(IAuthentication authentication) => Set(_settings with { Authentication = authentication });

    public IPulsarClientBuilder CheckCertificateRevocation(bool checkCertificateRevocation) =>
        Set(_settings with { CheckRevocation = checkCertificateRevocation });

    public IPulsarClientBuilder ConnectionSecurity(EncryptionPolicy encryptionPolicy) => Set(_settings with { Encryption = encryptionPolicy });

    public IPulsarClientBuilder ExceptionHandler(IHandleException exceptionHandler) =>
        Set(_settings with { ExceptionHandlers = [.. _settings.ExceptionHandlers, exceptionHandler] });

    public IPulsarClientBuilder KeepAliveInterval(TimeSpan interval) => Set(_settings with { KeepAliveInterval = interval });

    // The broker for tests has one listener.
    public IPulsarClientBuilder ListenerName(string listenerName) => this;

    public IPulsarClientBuilder RemoteCertificateValidation(IValidateRemoteCertificate remoteCertificateValidator) =>
        Set(_settings with { Validation = remoteCertificateValidator });

    public IPulsarClientBuilder RetryInterval(TimeSpan interval) => Set(_settings with { RetryInterval = interval });

    public IPulsarClientBuilder ServiceUrl(Uri uri) => Set(_settings with { ServiceUrl = uri });

    public IPulsarClientBuilder TrustedCertificateAuthority(X509Certificate2 trustedCertificateAuthority) =>
        Set(_settings with { TrustedAuthority = trustedCertificateAuthority });

    public IPulsarClientBuilder VerifyCertificateAuthority(bool verifyCertificateAuthority) =>
        Set(_settings with { VerifyAuthority = verifyCertificateAuthority });

    public IPulsarClientBuilder VerifyCertificateName(bool verifyCertificateName) => Set(_settings with { VerifyName = verifyCertificateName });

    // A connection stays open until the client is disposed.
    public IPulsarClientBuilder CloseInactiveConnectionsInterval(TimeSpan interval) => this;

    public IPulsarClient Build()
    {
        var contradiction = (_settings.ServiceUrl.Scheme, _settings.Encryption) switch
        {
            (PlainScheme, EncryptionPolicy.EnforceEncrypted) or (EncryptedScheme, EncryptionPolicy.EnforceUnencrypted) => true,
            (PlainScheme or EncryptedScheme, _) => false,
            var (scheme, _) => throw new InvalidSchemeException($"Invalid scheme '{scheme}'. Expected '{PlainScheme}' or '{EncryptedScheme}'"),
        };
        return contradiction
            ? throw new ConnectionSecurityException($"The ServiceUrl ({_settings.ServiceUrl}) contradicts the encryption policy '{_settings.Encryption}'")
            : new PulsarClient(_settings);
    }

    private ClientBuilder Set(ClientSettings settings)
    {
        _settings = settings;
        return this;
    }
}
