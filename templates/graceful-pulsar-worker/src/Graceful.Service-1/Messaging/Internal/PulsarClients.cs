using System.Buffers;
using System.Net.Sockets;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;
using TlsException = System.Security.Authentication.AuthenticationException;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Makes the clients: each consumer and each producer has one, and with that a connection, of its own.</summary>
/// <remarks>
/// On one connection they close each other: the client gives every channel the lowest free number, and a consumer that the broker has
/// closed sends a close of its old number, which can be another's by then (DotPulsar 5.3.1, <c>IdLookup.Add</c>,
/// <c>ConsumerProcess.CalculateState</c>). After an unload of a partitioned topic that left partitions without a consumer.
/// </remarks>
internal sealed class PulsarClients(IOptions<PulsarOptions> options, TokenSource token, ConnectionProblems problems)
{
    /// <summary>A reader of a partitioned topic has a part for each partition, on one connection; when they close each other no answer comes.</summary>
    private static readonly TimeSpan PartitionsWithin = TimeSpan.FromSeconds(10);

    /// <summary>Between two tries that the broker refuses. A token that is renewed in its file is tried at once.</summary>
    private static readonly TimeSpan RefusedInterval = TimeSpan.FromSeconds(5);

    private readonly PulsarOptions _options = options.Value;

    /// <summary>Keeps trying, whatever the broker says, until there are other certificates than those that the client was made with.</summary>
    /// <param name="patience">Is told when it has a reason.</param>
    public IPulsarClient Create(ConnectionPatience? patience = null)
    {
        var certificates = PulsarSecurity.ReadCertificates(_options);
        return Create(context => KeepTryingAsync(context, certificates, patience));
    }

    /// <param name="onException">Another way to take failures.</param>
    public IPulsarClient Create(Func<ExceptionContext, ValueTask> onException)
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

    public IConsumer<ReadOnlySequence<byte>> Subscribe(IPulsarClient client, string topic, Action<ConsumerState> stateChanged) =>
        client.NewConsumer(Schema.ByteSequence)
            .Topic(topic)
            .SubscriptionName(_options.Subscription)
            .SubscriptionType(_options.SubscriptionType)
            .InitialPosition(SubscriptionInitialPosition.Earliest) // A new subscription loses nothing that is already there.
            .MessagePrefetchCount((uint)_options.Prefetch)
            .ConsumerName(Environment.MachineName)
            .StateChangedHandler(changed => stateChanged(changed.ConsumerState))
            .Create();

    /// <summary>The topic itself or, if it is partitioned, its partitions.</summary>
    /// <remarks>The client tells how many there are only through a reader. That reads nothing, and its subscription goes with it.</remarks>
    public async Task<IReadOnlyList<string>> PartitionsAsync(CancellationToken cancellationToken)
    {
        var patience = new ConnectionPatience();
        var client = Create(patience);
        var reader = client.NewReader(Schema.ByteSequence)
            .Topic(_options.Topic)
            .StartMessageId(MessageId.Latest)
            .SubscriptionRolePrefix($"{_options.Subscription}-partitions") // Where subscriptions must begin with the role, this one does too.
            .Create();
        try
        {
            await patience.WaitAsync(reader.StateChangedTo(ReaderState.Connected, cancellationToken).AsTask(), cancellationToken);
            var ids = (await reader.GetLastMessageIds(cancellationToken).AsTask().WaitAsync(PartitionsWithin, cancellationToken)).ToArray();
            return ids is [{ Partition: < 0 }] ? [_options.Topic] : [.. ids.Select((_, i) => $"{_options.Topic}-partition-{i}")];
        }
        finally
        {
            await client.DisposeWithinAsync();
        }
    }

    // By default the client gives up for ever on a name that does not resolve, on an error of the metadata store, and when it is
    // refused. All of these pass.
    private async ValueTask KeepTryingAsync(ExceptionContext context, string? certificates, ConnectionPatience? patience)
    {
        if (problems.Add(context.Exception)) patience?.Told();
        if (PulsarSecurity.ReadCertificates(_options) is { } now && now != certificates)
        {
            (context.Result, context.ExceptionHandled) = (FaultAction.Rethrow, true); // Whoever uses the client makes another one.
            return;
        }
        var isRefused = context.Exception is AuthenticationException or AuthorizationException;
        if (!isRefused && context.Exception is not (SocketException or MetadataException or TlsException)) return;
        context.Result = FaultAction.Retry;
        context.ExceptionHandled = true;
        if (isRefused) await token.ChangedAsync(orAfter: RefusedInterval, context.CancellationToken);
    }
}
