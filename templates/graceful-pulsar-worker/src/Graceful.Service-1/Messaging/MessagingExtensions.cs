using Graceful.Service_1.Health;
using Graceful.Service_1.Messaging.Internal;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Messaging;

public static class MessagingExtensions
{
    /// <summary>The source of the traces of handled messages.</summary>
    public const string ActivitySourceName = "Graceful.Messaging";

    /// <summary>The meter of messages and retries.</summary>
    public const string MeterName = "Graceful.Messaging";

    /// <summary>Consumes the topic of section <c>Pulsar</c> with the given handler. The service is ready while it is connected.</summary>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public static void AddMessaging<THandler>(this WebApplicationBuilder builder) where THandler : class, IMessageHandler
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(PulsarClients)))
            throw new InvalidOperationException("AddMessaging was called twice, but a service consumes one topic. Make a second service for the " +
                "other one, or let one handler tell its messages apart, for instance by a property.");
        // In Production too, where the framework checks nothing: a handler that cannot be built, or a DbContext that all handlers share,
        // would send the whole topic to the dead letters while /ready says 200. Another container's factory goes behind this.
        builder.Host.UseDefaultServiceProvider(options => options.ValidateScopes = options.ValidateOnBuild = true);
        builder.Services.AddScoped<IMessageHandler, THandler>();

        builder.Services.AddOptions<PulsarOptions>().BindConfiguration("Pulsar").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<PulsarClients>();
        builder.Services.AddSingleton<ConnectionProblems>();
        builder.Services.AddSingleton<TokenSource>();
        builder.Services.AddSingleton<ConsumerStates>();
        builder.Services.AddSingleton<ConsumerServices>();
        builder.Services.AddSingleton<CommitDeadline>();
        builder.Services.AddSingleton<RetryPlaces>();
        builder.Services.AddSingleton<MessagingMetrics>();
        builder.Services.AddSingleton<HandlerInvoker>();
        builder.Services.AddSingleton<MessageProcessor>();
        builder.Services.AddSingleton<DeadLetters>();
        builder.Services.AddSingleton<DeadLetterSubscription>();
        builder.Services.AddSingleton<MessageCounts>();
        builder.Services.AddSingleton<IReportSection>(services => services.GetRequiredService<MessageCounts>());
        builder.Services.AddHostedService<PulsarWorker>();
        builder.Services.AddHealthChecks().AddCheck<ConsumerHealthCheck>("pulsar", tags: [HealthEndpoints.Ready]);
    }
}
