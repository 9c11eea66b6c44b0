using Graceful.Service_1.Shutdown;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>What all consumers of this process share.</summary>
internal sealed class ConsumerServices(IOptions<PulsarOptions> options, MessageProcessor processor, RetryPlaces retryPlaces,
    MessageCounts counts, MessagingMetrics metrics, ShutdownPhases phases, ShutdownReport report, CommitDeadline commit, ILogger<ConsumerSession> logger)
{
    private readonly SemaphoreSlim _handlers = new(options.Value.Handlers);

    public PulsarOptions Options => options.Value;
    public MessageProcessor Processor => processor;
    public RetryPlaces RetryPlaces => retryPlaces;
    public MessageCounts Counts => counts;
    public MessagingMetrics Metrics => metrics;
    public ShutdownPhases Phases => phases;
    public ShutdownReport Report => report;
    public ILogger Logger => logger;

    /// <summary>Until when messages can be acknowledged.</summary>
    public CancellationToken Commit => commit.Token;

    /// <summary>The places for messages at work: for all partitions together or, where an order is kept, one for each.</summary>
    public SemaphoreSlim HandlersOfTopic() => Options.KeepsOrder ? new SemaphoreSlim(1) : _handlers;
}
