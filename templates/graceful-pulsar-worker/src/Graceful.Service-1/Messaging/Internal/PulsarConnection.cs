using System.Buffers;
using System.Net.Sockets;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;
using TlsException = System.Security.Authentication.AuthenticationException;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The client: one for the process. It is closed after the drain, within a bound.</summary>
internal sealed class PulsarConnection(
    IOptions<PulsarOptions> options, TokenSource token, ConnectionProblems problems, ILogger<PulsarConnection> logger) : IAsyncDisposable
{
    /// <summary>Between two tries that the broker refuses. A token that is renewed in its file is tried at once.</summary>
    private static readonly TimeSpan RefusedInterval = TimeSpan.FromSeconds(5);

    private readonly PulsarOptions _options = options.Value;
    private readonly Lock _gate = new();
    private IPulsarClient? _client;

    private IPulsarClient Client
    {
        get { lock (_gate) return _client ??= NewClient(KeepTryingAsync); }
    }

    public IConsumer<ReadOnlySequence<byte>> Subscribe(string topic, Action<ConsumerState> stateChanged) => Client.NewConsumer(Schema.ByteSequence)
        .Topic(topic)
        .SubscriptionName(_options.Subscription)
        .SubscriptionType(_options.SubscriptionType)
        .InitialPosition(SubscriptionInitialPosition.Earliest) // A new subscription loses nothing that is already there.
        .MessagePrefetchCount((uint)_options.Prefetch)
        .ConsumerName(Environment.MachineName)
        .StateChangedHandler(changed => stateChanged(changed.ConsumerState))
        .Create();

    public IProducer<ReadOnlySequence<byte>> Produce(string topic) => Client.NewProducer(Schema.ByteSequence).Topic(topic).Create();

    /// <summary>The topic itself or, if it is partitioned, its partitions.</summary>
    /// <remarks>The client tells how many there are only through a reader. That reads nothing, and its subscription goes with it.</remarks>
    public async Task<IReadOnlyList<string>> PartitionsAsync(CancellationToken cancellationToken)
    {
        var reader = Client.NewReader(Schema.ByteSequence)
            .Topic(_options.Topic)
            .StartMessageId(MessageId.Latest)
            .SubscriptionRolePrefix($"{_options.Subscription}-partitions") // Where subscriptions must begin with the role, this one does too.
            .Create();
        try
        {
            await reader.StateChangedTo(ReaderState.Connected, cancellationToken);
            var ids = (await reader.GetLastMessageIds(cancellationToken).AsTask().WaitAsync(cancellationToken)).ToArray();
            return ids is [{ Partition: < 0 }] ? [_options.Topic] : [.. ids.Select((_, i) => $"{_options.Topic}-partition-{i}")];
        }
        finally
        {
            await reader.DisposeWithinAsync();
        }
    }

    /// <summary>Another client with another way to take failures, with the same settings.</summary>
    public IPulsarClient NewClient(Func<ExceptionContext, ValueTask> onException)
    {
        var builder = PulsarClient.Builder()
            .ServiceUrl(_options.ServiceUrl!)
            .RetryInterval(TimeSpan.FromSeconds(1)) // Default 3 s.
            .KeepAliveInterval(TimeSpan.FromSeconds(15)) // Default 30 s: a dead connection is noticed after about two of them.
            .WithTls(_options)
            .ExceptionHandler(onException);
        if (token.HasToken) builder.Authentication(AuthenticationFactory.Token(token.GetAsync));
        return builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null && !await _client.DisposeWithinAsync()) logger.ClientNotClosed();
    }

    // By default the client gives up for ever on a name that does not resolve, on an error of the metadata store, and when it is
    // refused. All of these pass.
    private async ValueTask KeepTryingAsync(ExceptionContext context)
    {
        problems.Add(context.Exception);
        var isRefused = context.Exception is AuthenticationException or AuthorizationException;
        if (!isRefused && context.Exception is not (SocketException or MetadataException or TlsException)) return;
        context.Result = FaultAction.Retry;
        context.ExceptionHandled = true;
        if (isRefused) await token.ChangedAsync(orAfter: RefusedInterval, context.CancellationToken);
    }
}
