using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging;

/// <summary>The client: one for the process. It is closed after the drain, within a bound.</summary>
internal sealed class PulsarConnection(IOptions<PulsarOptions> options, ILogger<PulsarConnection> logger) : IAsyncDisposable
{
    private readonly PulsarOptions _options = options.Value;
    private IPulsarClient? _client;
    private readonly Lock _gate = new();

    private IPulsarClient Client
    {
        get { lock (_gate) return _client ??= Connect(); }
    }

    public IConsumer<ReadOnlySequence<byte>> Subscribe(ConsumerStatus status) => Client.NewConsumer(Schema.ByteSequence)
        .Topic(_options.Topic)
        .SubscriptionName(_options.Subscription)
        .SubscriptionType(_options.SubscriptionType)
        .InitialPosition(SubscriptionInitialPosition.Earliest) // A new subscription loses nothing that is already there.
        .MessagePrefetchCount((uint)_options.Prefetch)
        .ConsumerName(Environment.MachineName)
        .StateChangedHandler(changed => status.State = changed.ConsumerState)
        .Create();

    public IProducer<ReadOnlySequence<byte>> Produce(string topic) => Client.NewProducer(Schema.ByteSequence).Topic(topic).Create();

    public async ValueTask DisposeAsync()
    {
        if (_client is not null && !await Closing.WithinBoundAsync(_client)) logger.LogWarning("The Pulsar client was not closed in time");
    }

    private IPulsarClient Connect()
    {
        var builder = PulsarClient.Builder()
            .ServiceUrl(_options.ServiceUrl!)
            .RetryInterval(TimeSpan.FromSeconds(1)) // Default 3 s.
            .KeepAliveInterval(TimeSpan.FromSeconds(15)) // Default 30 s: a dead connection is noticed after about two of them.
            .VerifyCertificateName(true) // Default false: any certificate of a trusted authority would do.
            .ExceptionHandler(KeepTrying);
        if (_options.Token is { Length: > 0 } token) builder.Authentication(AuthenticationFactory.Token(token));
        if (_options.TokenFile is { Length: > 0 } file)
            builder.Authentication(AuthenticationFactory.Token(async cancel => (await File.ReadAllTextAsync(file, cancel)).Trim()));
        if (_options.TlsTrustedCertificateFile is { Length: > 0 } trusted)
        {
            var authority = X509CertificateLoader.LoadCertificateFromFile(trusted);
            builder.RemoteCertificateValidation((_, certificate, chain, errors) => IsSignedBy(authority, certificate, chain, errors));
            builder.CheckCertificateRevocation(false); // A private authority seldom publishes a revocation list.
        }
        if (_options.TlsCertificateFile is { Length: > 0 } certificate)
            builder.AuthenticateUsingClientCertificate(X509Certificate2.CreateFromPemFile(certificate, _options.TlsKeyFile));
        return builder.Build();
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

    // By default the client gives up for ever on a name that does not resolve and on a metadata error. Both pass. Others it repeats by
    // itself, but without a word.
    private void KeepTrying(ExceptionContext context)
    {
        var givesUp = context.Exception is SocketException or MetadataException;
        if (givesUp || context.Exception is ServiceNotReadyException or ConsumerBusyException or TooManyRequestsException)
            logger.LogWarning("Pulsar is not available: {Reason}", context.Exception.Message);
        if (!givesUp) return;
        context.Result = FaultAction.Retry;
        context.ExceptionHandled = true;
    }
}

internal static class Closing
{
    /// <summary>Closing waits for the broker's answer without a limit; one that hangs must not hold up the stop.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary>True when the broker confirmed it, which also proves that it has read every acknowledgement sent before.</summary>
    /// <param name="closable">A consumer, a producer or the client.</param>
    /// <param name="bound">1 s if not given.</param>
    public static async Task<bool> WithinBoundAsync(IAsyncDisposable closable, TimeSpan? bound = null)
    {
        var close = closable.DisposeAsync().AsTask();
        await close.WaitAsync(bound ?? Bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return close.IsCompletedSuccessfully;
    }
}
