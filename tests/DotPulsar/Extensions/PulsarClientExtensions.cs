using System.Buffers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DotPulsar.Abstractions;
using DotPulsar.Internal;

namespace DotPulsar.Extensions;

/// <summary>Builders of consumers and producers.</summary>
public static class PulsarClientExtensions
{
    public static IProducerBuilder<ReadOnlySequence<byte>> NewProducer(this IPulsarClient pulsarClient) => pulsarClient.NewProducer(Schema.ByteSequence);

    public static IConsumerBuilder<ReadOnlySequence<byte>> NewConsumer(this IPulsarClient pulsarClient) => pulsarClient.NewConsumer(Schema.ByteSequence);

    public static IProducerBuilder<TMessage> NewProducer<TMessage>(this IPulsarClient pulsarClient, ISchema<TMessage> schema) =>
        new ProducerBuilder<TMessage>(pulsarClient, schema);

    public static IConsumerBuilder<TMessage> NewConsumer<TMessage>(this IPulsarClient pulsarClient, ISchema<TMessage> schema) =>
        new ConsumerBuilder<TMessage>(pulsarClient, schema);

    public static IReaderBuilder<TMessage> NewReader<TMessage>(this IPulsarClient pulsarClient, ISchema<TMessage> schema) =>
        new ReaderBuilder<TMessage>(pulsarClient, schema);
}

/// <summary>Handlers as delegates.</summary>
public static class PulsarClientBuilderExtensions
{
    public static IPulsarClientBuilder ExceptionHandler(this IPulsarClientBuilder builder, Action<ExceptionContext> exceptionHandler) =>
        builder.ExceptionHandler(context =>
        {
            exceptionHandler(context);
            return ValueTask.CompletedTask;
        });

    public static IPulsarClientBuilder ExceptionHandler(this IPulsarClientBuilder builder, Func<ExceptionContext, ValueTask> exceptionHandler) =>
        builder.ExceptionHandler(new ExceptionHandler(exceptionHandler));

    public static IPulsarClientBuilder RemoteCertificateValidation(
        this IPulsarClientBuilder builder, Func<object, X509Certificate?, X509Chain?, SslPolicyErrors, bool> validator) =>
        builder.RemoteCertificateValidation(new CertificateHandler(validator));
}
