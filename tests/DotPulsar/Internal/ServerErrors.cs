using DotPulsar.Exceptions;
using PulsarBroker.Protocol;

namespace DotPulsar.Internal;

internal static class ServerErrors
{
    /// <summary>Passes a reply on, or throws the error it carries.</summary>
    public static Command OrThrow(Command reply) => reply switch
    {
        { Error: { } error } => throw From(error.Error, error.Text),
        { SendError: { } error } => throw From(error.Error, error.Text),
        { LookupResponse: { Outcome: LookupResponse.Types.Outcome.Failed } failed } => throw From(failed.Error, failed.Text),
        { PartitionsResponse: { Outcome: PartitionsResponse.Types.Outcome.Failed } failed } => throw From(failed.Error, failed.Text),
        { SchemaResponse: { HasError: true } failed } => throw From(failed.Error, failed.Text),
        _ => reply,
    };

    private static Exception From(ServerError error, string text) => error switch
    {
        ServerError.MetadataError => new MetadataException(text),
        ServerError.PersistenceError => new PersistenceException(text),
        ServerError.AuthenticationError => new AuthenticationException(text),
        ServerError.AuthorizationError => new AuthorizationException(text),
        ServerError.ConsumerBusy => new ConsumerBusyException(text),
        ServerError.ServiceNotReady => new ServiceNotReadyException(text),
        ServerError.ProducerBlockedQuotaExceeded or ServerError.ProducerBlockedQuotaExceededException =>
            new ProducerBlockedQuotaExceededException($"{text}. Error code: {error}"),
        ServerError.ChecksumError => new ChecksumException(text),
        ServerError.UnsupportedVersion => new UnsupportedVersionException(text),
        ServerError.TopicNotFound => new TopicNotFoundException(text),
        ServerError.SubscriptionNotFound => new SubscriptionNotFoundException(text),
        ServerError.ConsumerNotFound => new ConsumerNotFoundException(text),
        ServerError.TooManyRequests => new TooManyRequestsException(text),
        ServerError.TopicTerminated => new TopicTerminatedException(text),
        ServerError.ProducerBusy => new ProducerBusyException(text),
        ServerError.InvalidTopicName => new InvalidTopicNameException(text),
        ServerError.IncompatibleSchema => new IncompatibleSchemaException(text),
        ServerError.ConsumerAssignError => new ConsumerAssignException(text),
        ServerError.NotAllowed => new NotAllowedException(text),
        ServerError.ProducerFenced => new ProducerFencedException(text),
        _ => new UnknownException($"{text}. Error code: {error}"),
    };
}
