namespace DotPulsar.Exceptions;

public sealed class AuthenticationException : DotPulsarException
{
    public AuthenticationException(string message)
        : base(message)
    {
    }

    public AuthenticationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public sealed class NotAllowedException : DotPulsarException
{
    public NotAllowedException(string message)
        : base(message)
    {
    }

    public NotAllowedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public sealed class SchemaSerializationException : DotPulsarException
{
    public SchemaSerializationException(string message)
        : base(message)
    {
    }

    public SchemaSerializationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A consumer or producer that will not come back.</summary>
public abstract class FaultedException : DotPulsarException
{
    public FaultedException(string message)
        : base(message)
    {
    }

    public FaultedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public sealed class ConsumerFaultedException : FaultedException
{
    private const string Text = "Consumer has faulted";

    public ConsumerFaultedException()
        : base(Text)
    {
    }

    public ConsumerFaultedException(Exception innerException)
        : base(Text, innerException)
    {
    }
}

public sealed class ProducerFaultedException : FaultedException
{
    private const string Text = "Producer has faulted";

    public ProducerFaultedException()
        : base(Text)
    {
    }

    public ProducerFaultedException(Exception innerException)
        : base(Text, innerException)
    {
    }
}
