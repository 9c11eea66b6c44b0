using System.ComponentModel.DataAnnotations;
using DotPulsar;

namespace Graceful.Service_1.Messaging;

/// <summary>The configuration section <c>Pulsar</c>.</summary>
public sealed class PulsarOptions : IValidatableObject
{
    /// <summary><c>pulsar://host:6650</c>, or <c>pulsar+ssl://host:6651</c> for TLS.</summary>
    [Required] public Uri? ServiceUrl { get; set; }

    [Required] public string Topic { get; set; } = "";

    [Required] public string Subscription { get; set; } = "";

    public SubscriptionType SubscriptionType { get; set; } = SubscriptionType.Shared;

    /// <summary>How many messages are handled at the same time. Exclusive and Failover keep the order: one at a time of each partition.</summary>
    [Range(1, 10_000)] public int Handlers { get; set; } = 16;

    /// <summary>
    /// How many messages the client may hold ahead of the handlers, and on Key_Shared how many may wait for their key. The client lets
    /// about half of it through per 40 ms, so 200 gives some 2,500 messages/s. On a stop this many wait for the slowest handler before
    /// another worker gets them: with handlers of 10 s and more set it to no more than <see cref="Handlers"/>.
    /// </summary>
    [Range(1, 10_000)] public int Prefetch { get; set; } = 200;

    /// <summary>
    /// Failover: how long the new active consumer waits for the old one to finish the message, or the batch, that it has begun. Longer
    /// than that takes, or it is handled twice whenever a consumer joins.
    /// </summary>
    [Range(0, 3_600)] public double TakeoverSeconds { get; set; } = 2;

    /// <summary>How often a message that failed is tried again before it goes to the dead letter topic.</summary>
    [Range(0, 1_000)] public int MaxRedeliveries { get; set; } = 5;

    /// <summary>The distance to the first retry. It doubles with each further one.</summary>
    [Range(0.01, 86_400)] public double RetrySeconds { get; set; } = 1;

    [Range(0.01, 86_400)] public double MaxRetrySeconds { get; set; } = 60;

    /// <summary>
    /// Shared: how many failed messages may wait for their retry, unacknowledged and without a handler. At the limit handlers wait too:
    /// when all messages fail, the topic should not be churned through. Less than the broker's maxUnackedMessagesPerConsumer (50,000).
    /// </summary>
    [Range(1, 40_000)] public int MaxWaitingRetries { get; set; } = 1_000;

    /// <summary>
    /// The subscription that is made on the dead letter topic before the first message goes there. Without one the broker deletes the
    /// topic with all that is in it, a minute after the last producer has left. Empty: you have seen to it.
    /// </summary>
    public string DeadLetterSubscription { get; set; } = "dead-letters";

    /// <summary>
    /// Whether <c>/ready</c> says 503 without a broker. Right for a worker; a service with other work to do would be taken out of its
    /// load balancer for nothing.
    /// </summary>
    public bool NeededToBeReady { get; set; } = true;

    /// <summary>A JSON Web Token; better in a file.</summary>
    public string? Token { get; set; }

    /// <summary>A file with the token. It is read for every connection and when the broker asks for a new one.</summary>
    public string? TokenFile { get; set; }

    /// <summary>PEM file of the certificate authority that signed the broker's certificate. Default: those the system trusts.</summary>
    public string? TlsTrustedCertificateFile { get; set; }

    /// <summary>PEM files of a client certificate and its key.</summary>
    public string? TlsCertificateFile { get; set; }

    public string? TlsKeyFile { get; set; }

    public string DeadLetterTopic => $"{Topic}-{Subscription}-DLQ";

    internal TimeSpan Takeover => TimeSpan.FromSeconds(TakeoverSeconds);
    internal bool KeepsOrder => SubscriptionType is SubscriptionType.Exclusive or SubscriptionType.Failover;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ServiceUrl is { Scheme: not ("pulsar" or "pulsar+ssl") })
            yield return new($"Pulsar:ServiceUrl is '{ServiceUrl}', but must begin with pulsar:// or pulsar+ssl://.");
        if (!Enum.IsDefined(SubscriptionType))
            yield return new($"Pulsar:SubscriptionType must be one of {string.Join(", ", Enum.GetNames<SubscriptionType>())}.");
        if (Token is { Length: > 0 } && TokenFile is { Length: > 0 })
            yield return new("Set Pulsar:Token or Pulsar:TokenFile, not both.");
        if (string.IsNullOrEmpty(TlsCertificateFile) != string.IsNullOrEmpty(TlsKeyFile))
            yield return new("Pulsar:TlsCertificateFile and Pulsar:TlsKeyFile go together.");
        foreach (var file in new[] { TokenFile, TlsTrustedCertificateFile, TlsCertificateFile, TlsKeyFile })
            if (file is { Length: > 0 } && !File.Exists(file)) yield return new($"The file '{file}' named in section Pulsar is not there.");
        if (MaxRetrySeconds < RetrySeconds)
            yield return new($"Pulsar:MaxRetrySeconds {MaxRetrySeconds} must be at least RetrySeconds {RetrySeconds}.");
    }
}
