using Graceful.Service_1.Health;

namespace Graceful.Service_1.Messaging;

public static class MessagingExtensions
{
    /// <summary>Consumes the topic of section <c>Pulsar</c> with the given handler. The service is ready while it is connected.</summary>
    public static void AddMessaging<THandler>(this WebApplicationBuilder builder) where THandler : class, IMessageHandler
    {
        builder.Services.AddOptions<PulsarOptions>().BindConfiguration("Pulsar").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<PulsarConnection>();
        builder.Services.AddSingleton<DeadLetterProducer>();
        builder.Services.AddSingleton<ConsumerStatus>();
        builder.Services.AddSingleton<RecentMessages>();
        builder.Services.AddSingleton<MessageProcessor>();
        builder.Services.AddSingleton<IMessageHandler, THandler>();
        builder.Services.AddHostedService<PulsarWorker>();
        builder.Services.AddHealthChecks().AddCheck<ConsumerStatus>("pulsar", tags: [HealthEndpoints.Ready]);
    }
}
