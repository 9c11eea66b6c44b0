using System.Buffers;
using System.Globalization;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Exceptions;
using DotPulsar.Extensions;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Puts messages that cannot be handled on the dead letter topic, one after the other.</summary>
/// <remarks>A send that fails takes the producer with it, and with that all sends under way: which of those have arrived nobody can tell.</remarks>
internal sealed class DeadLetters(PulsarClients clients, DeadLetterSubscription subscription, CommitDeadline commit,
    IOptions<PulsarOptions> options, ILogger<DeadLetters> logger) : IAsyncDisposable
{
    /// <summary>After that the message waits as for a retry, so that its handler is free for others.</summary>
    private static readonly TimeSpan SendBound = TimeSpan.FromSeconds(5);

    /// <summary>As Pulsar's own clients (sendTimeoutMs). The broker may have closed the producer without the client noticing.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    private readonly PulsarOptions _options = options.Value;
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Sends that took longer, by message: the copy may be stored all the same, so the next attempt goes on waiting for it.</summary>
    private readonly Dictionary<MessageId, Task> _late = [];

    private IPulsarClient? _client;
    private IProducer<ReadOnlySequence<byte>>? _producer;
    private int _maxBytes = 5 * 1024 * 1024; // Pulsar's default. A broker with another limit is asked once and says it.
    private volatile bool _isAway;

    /// <summary>True once the broker has stored the copy: only then may the original be acknowledged.</summary>
    public async Task<bool> TryAddAsync(IMessage<ReadOnlySequence<byte>> message, int attempts, Exception failure)
    {
        try
        {
            await AddAsync(message, attempts, failure);
            logger.DeadLettered(failure, message.MessageId, _options.DeadLetterTopic);
            return true;
        }
        catch (Exception e)
        {
            logger.NotDeadLettered(message.MessageId, _options.DeadLetterTopic, ConnectionProblems.Reason(e));
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client) await client.DisposeWithinAsync();
    }

    private async Task AddAsync(IMessage<ReadOnlySequence<byte>> message, int attempts, Exception failure)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(commit.Token);
        bound.CancelAfter(SendBound);
        // While it is away one at a time finds out whether it is back; the others need not wait for that.
        if (!await _sending.WaitAsync(_isAway ? TimeSpan.Zero : SendBound, commit.Token)) throw NotInTime();
        Task? send = null;
        try
        {
            await subscription.EnsureAsync(bound.Token);
            if (!_late.Remove(message.MessageId, out send) || send.IsFaulted)
            {
                if (_late.Values.Any(late => !late.IsCompleted)) throw NotInTime(); // The producer sends one after the other.
                send = SendAsync(message, attempts, failure);
            }
            await send.WaitAsync(bound.Token);
            _isAway = false;
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested)
        {
            _isAway = true;
            if (send is not null) AddLate(message.MessageId, send);
            throw NotInTime();
        }
        finally
        {
            _sending.Release();
        }
    }

    // Another worker may have got the message: then nobody asks for its send again.
    private void AddLate(MessageId id, Task send)
    {
        foreach (var forgotten in _late.Keys.Take(_late.Count - _options.MaxWaitingRetries).ToList()) _late.Remove(forgotten);
        _late[id] = send;
    }

    private async Task SendAsync(IMessage<ReadOnlySequence<byte>> message, int attempts, Exception failure)
    {
        while (true)
        {
            var maxBytes = _maxBytes;
            try
            {
                var copy = DeadLetterCopy.Of(message, Reasons(message, attempts, failure), maxBytes);
                await Producer().Send(copy, message.Data, commit.Token).AsTask().WaitAsync(AnswerWithin);
                return;
            }
            catch (OperationCanceledException) when (!commit.Token.IsCancellationRequested)
            {
                // The producer has failed under it. The next send, which it refuses, says why.
            }
            catch (Exception e) when (e is DotPulsarException or TimeoutException)
            {
                LeaveProducer();
                if (Limit(e) is not { } limit || limit >= maxBytes) throw;
                _maxBytes = limit;
            }
        }
    }

    private IProducer<ReadOnlySequence<byte>> Producer()
    {
        _client ??= clients.Create();
        return _producer ??= _client.NewProducer(Schema.ByteSequence).Topic(_options.DeadLetterTopic).Create();
    }

    // One that failed once stays failed.
    private void LeaveProducer()
    {
        _ = _client?.DisposeWithinAsync();
        (_client, _producer) = (null, null);
    }

    // The names that Pulsar's own clients give to these properties; EXCEPTION is ours.
    private IEnumerable<(string, string)> Reasons(IMessage message, int attempts, Exception failure) =>
    [
        ("ORIGIN_MESSAGE_ID", message.MessageId.ToString()),
        ("REAL_TOPIC", _options.Topic),
        ("REAL_SUBSCRIPTION", _options.Subscription),
        ("RECONSUMETIMES", attempts.ToString(CultureInfo.InvariantCulture)),
        ("EXCEPTION", $"{failure.GetType().Name}: {failure.Message}"),
    ];

    private static int? Limit(Exception e) => (e as TooLargeMessageException ?? e.InnerException as TooLargeMessageException)?.MaxMessageSize;

    private static TimeoutException NotInTime() => new($"It did not take the message within {SendBound.TotalSeconds} s.");
}
