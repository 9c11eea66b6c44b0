namespace DotPulsar.Exceptions;

/// <summary>What the broker or the client says went wrong.</summary>
public abstract class DotPulsarException : Exception
{
    public DotPulsarException(string message)
        : base(message)
    {
    }

    public DotPulsarException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public sealed class AuthorizationException(string message) : DotPulsarException(message);

public sealed class ChannelNotReadyException() : DotPulsarException("The channel is not ready yet");

public sealed class ChecksumException(string message) : DotPulsarException(message);

public sealed class CompressionException(string message) : DotPulsarException(message);

public sealed class ConfigurationException(string message) : DotPulsarException(message);

public sealed class ConnectionSecurityException(string message) : DotPulsarException(message);

public sealed class ConsumerAssignException(string message) : DotPulsarException(message);

public sealed class ConsumerBusyException(string message) : DotPulsarException(message);

public sealed class ConsumerNotFoundException(string message) : DotPulsarException(message);

public sealed class IncompatibleSchemaException(string message) : DotPulsarException(message);

public sealed class InvalidSchemeException(string message) : DotPulsarException(message);

public sealed class InvalidTopicNameException(string message) : DotPulsarException(message);

public sealed class MetadataException(string message) : DotPulsarException(message);

public sealed class PersistenceException(string message) : DotPulsarException(message);

public sealed class ProducerBlockedQuotaExceededException(string message) : DotPulsarException(message);

public sealed class ProducerBusyException(string message) : DotPulsarException(message);

public sealed class ProducerClosedException() : DotPulsarException("Producer has closed");

public sealed class ProducerFencedException(string message) : DotPulsarException(message);

public sealed class ServiceNotReadyException(string message) : DotPulsarException(message);

public sealed class SubscriptionNotFoundException(string message) : DotPulsarException(message);

public sealed class TooManyRequestsException(string message) : DotPulsarException(message);

public sealed class TopicNotFoundException(string message) : DotPulsarException(message);

public sealed class TopicTerminatedException(string message) : DotPulsarException(message);

public sealed class UnknownException(string message) : DotPulsarException(message);

public sealed class UnsupportedVersionException(string message) : DotPulsarException(message);

public sealed class ConsumerDisposedException(string objectName) : ObjectDisposedException(objectName);

public sealed class ProducerDisposedException(string objectName) : ObjectDisposedException(objectName);

public sealed class PulsarClientDisposedException() : ObjectDisposedException(typeof(PulsarClient).FullName);

public sealed class TooLargeMessageException(int messageSize, int maxMessageSize)
    : DotPulsarException($"The message has {messageSize} bytes, the broker takes {maxMessageSize} at most")
{
    public int MessageSize { get; } = messageSize;

    public int MaxMessageSize { get; } = maxMessageSize;
}
