using DotPulsar;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The log entries of the consumer. The ids are fixed: alerts may rely on them.</summary>
internal static partial class MessagingLog
{
    // The connection: every change of the consumer's state, and every reason once until the connection is back.

    [LoggerMessage(300, LogLevel.Information, "Consuming {Topic}")]
    public static partial void Consuming(this ILogger logger, string topic);

    [LoggerMessage(301, LogLevel.Information, "Standing by for {Topic}: another consumer is the active one")]
    public static partial void StandingBy(this ILogger logger, string topic);

    [LoggerMessage(302, LogLevel.Warning, "Lost the connection to {Topic}; looking for it")]
    public static partial void ConnectionLost(this ILogger logger, string topic);

    [LoggerMessage(303, LogLevel.Warning, "Pulsar is not available: {Reason}")]
    public static partial void NotAvailable(this ILogger logger, string reason);

    [LoggerMessage(304, LogLevel.Warning, "{ServiceUrl} has not answered for {Seconds} s. It accepts connections but hangs, or closes them without " +
        "an answer: a port of another protocol, TLS on one side only, a client certificate that is missing or refused")]
    public static partial void NoAnswer(this ILogger logger, Uri serviceUrl, double seconds);

    [LoggerMessage(305, LogLevel.Error, "The consumer of {Topic} failed and is replaced: {Reason}")]
    public static partial void ConsumerFailed(this ILogger logger, string topic, string reason);

    [LoggerMessage(306, LogLevel.Information, "The consumer of {Topic} is {State}")]
    public static partial void ConsumerState(this ILogger logger, string topic, ConsumerState state);

    [LoggerMessage(307, LogLevel.Information, "{Topic} has {Count} partitions now")]
    public static partial void PartitionsFound(this ILogger logger, string topic, int count);

    // Messages.

    [LoggerMessage(310, LogLevel.Warning, "Attempt {Attempt} to handle {MessageId} failed; the next one is in {DelaySeconds:0.0} s")]
    public static partial void AttemptFailed(this ILogger logger, Exception failure, int attempt, MessageId messageId, double delaySeconds);

    [LoggerMessage(311, LogLevel.Information, "{MessageId} came again after a lost connection and is not handled twice: {Kind}")]
    public static partial void CopySkipped(this ILogger logger, MessageId messageId, DeliveryKind kind);

    [LoggerMessage(312, LogLevel.Warning, "{MessageId} was handled but could not be acknowledged; it will be delivered again: {Reason}")]
    public static partial void NotAcknowledged(this ILogger logger, MessageId messageId, string reason);

    [LoggerMessage(313, LogLevel.Warning, "{Count} messages could not be handed back; the close of the consumer does it: {Reason}")]
    public static partial void NotHandedBack(this ILogger logger, int count, string reason);

    [LoggerMessage(314, LogLevel.Warning, "{Count} failed messages wait for their retry (MaxWaitingRetries): no more are taken until one is due")]
    public static partial void RetriesHoldUpIntake(this ILogger logger, int count);

    [LoggerMessage(315, LogLevel.Error, "{MessageId} was left unsettled; the next attempt is in {DelaySeconds:0.0} s")]
    public static partial void LeftUnsettled(this ILogger logger, Exception failure, MessageId messageId, double delaySeconds);

    // Dead letters.

    [LoggerMessage(320, LogLevel.Error, "{MessageId} is on the dead letter topic {Topic}")]
    public static partial void DeadLettered(this ILogger logger, Exception failure, MessageId messageId, string topic);

    [LoggerMessage(321, LogLevel.Error, "{MessageId} could not be put on the dead letter topic {Topic} and is tried again: {Reason}")]
    public static partial void NotDeadLettered(this ILogger logger, MessageId messageId, string topic, string reason);

    [LoggerMessage(322, LogLevel.Error, "Messages wait because their dead letter topic {Topic} has no subscription '{Subscription}' and it cannot be made: " +
        "{Reason}. Without one the broker would delete the topic with all that is in it. Make it (pulsar-admin topics create-subscription " +
        "-s {Subscription} {Topic}) and set Pulsar:DeadLetterSubscription to \"\", or allow this role to consume there")]
    public static partial void NoDeadLetterSubscription(this ILogger logger, string topic, string subscription, string reason);
}
