using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DotPulsar.Abstractions;

/// <summary>Makes consumers and producers, and closes them with itself.</summary>
public interface IPulsarClient : IAsyncDisposable
{
    IProducer<TMessage> CreateProducer<TMessage>(ProducerOptions<TMessage> options);

    IConsumer<TMessage> CreateConsumer<TMessage>(ConsumerOptions<TMessage> options);

    IReader<TMessage> CreateReader<TMessage>(ReaderOptions<TMessage> options);

    Uri ServiceUrl { get; }
}

/// <summary>Settings of a client.</summary>
public interface IPulsarClientBuilder
{
    IPulsarClientBuilder AuthenticateUsingClientCertificate(X509Certificate2 clientCertificate);

    IPulsarClientBuilder Authentication(IAuthentication authentication);

    IPulsarClientBuilder CheckCertificateRevocation(bool checkCertificateRevocation);

    IPulsarClientBuilder ConnectionSecurity(EncryptionPolicy encryptionPolicy);

    IPulsarClientBuilder ExceptionHandler(IHandleException exceptionHandler);

    IPulsarClientBuilder KeepAliveInterval(TimeSpan interval);

    IPulsarClientBuilder ListenerName(string listenerName);

    IPulsarClientBuilder RemoteCertificateValidation(IValidateRemoteCertificate remoteCertificateValidator);

    IPulsarClientBuilder RetryInterval(TimeSpan interval);

    IPulsarClientBuilder ServiceUrl(Uri uri);

    IPulsarClientBuilder TrustedCertificateAuthority(X509Certificate2 trustedCertificateAuthority);

    IPulsarClientBuilder VerifyCertificateAuthority(bool verifyCertificateAuthority);

    IPulsarClientBuilder VerifyCertificateName(bool verifyCertificateName);

    IPulsarClientBuilder CloseInactiveConnectionsInterval(TimeSpan interval);

    IPulsarClient Build();
}

/// <summary>Says to the broker who the client is.</summary>
public interface IAuthentication
{
    string AuthenticationMethodName { get; }

    ValueTask<byte[]> GetAuthenticationData(CancellationToken cancellationToken);
}

/// <summary>Decides what follows a failure.</summary>
public interface IHandleException
{
    ValueTask OnException(ExceptionContext exceptionContext);
}

/// <summary>Decides whether a broker's certificate is accepted.</summary>
public interface IValidateRemoteCertificate
{
    bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors sslPolicyErrors);
}
