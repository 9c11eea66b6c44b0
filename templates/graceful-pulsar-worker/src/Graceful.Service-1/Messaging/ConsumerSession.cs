using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Messaging;

/// <summary>One consumer, from its first message until all that was started is settled.</summary>
/// <remarks>
/// A message is taken only when a handler is free for it. So a stop never finds messages that were taken and not started, but for the
/// prefetched ones in the client; those are left to the close of the consumer, which hands them back without counting an attempt.
/// </remarks>
internal sealed class ConsumerSession(IConsumer<ReadOnlySequence<byte>> consumer, MessageProcessor processor, Settlement settlement,
    WaitingRetries retries, MessageCounts counts, PulsarOptions options, ShutdownPhases phases, ILogger logger, CancellationToken commit)
{
    /// <summary>How long to wait for more of a batch that was begun: it is in the client already, or it was complete.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(0.2);

    private readonly SemaphoreSlim _handlers = new(options.ParallelHandlers);
    private readonly OpenEntries _openEntries = new();
    private readonly KeyOrder? _keyOrder = options.SubscriptionType == SubscriptionType.KeyShared ? new KeyOrder() : null;

    /// <summary>Returns at the signal, or throws when the consumer fails; in both cases after the last handler.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ReceiveAsync();
            await retries.EndAsync();
            await FinishOpenEntriesAsync();
        }
        finally
        {
            await retries.EndAsync();
            await AllHandlersAsync();
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            // A receive before the first connect would cost the client's whole retry interval.
            await consumer.StateChangedFrom(ConsumerState.Disconnected, phases.Requested);
            while (true)
            {
                await _handlers.WaitAsync(phases.Requested);
                await TakeAsync(phases.Requested);
            }
        }
        catch (OperationCanceledException) when (phases.Requested.IsCancellationRequested)
        {
            // The signal: nothing more is taken.
        }
    }

    private async Task FinishOpenEntriesAsync()
    {
        try
        {
            while (_openEntries.Any)
            {
                await _handlers.WaitAsync(phases.Deadline);
                using var quiet = CancellationTokenSource.CreateLinkedTokenSource(phases.Deadline);
                quiet.CancelAfter(Quiet);
                await TakeAsync(quiet.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Nothing more came.
        }
    }

    /// <summary>Receives one message for the handler whose place the caller holds, and starts it.</summary>
    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        IMessage<ReadOnlySequence<byte>> message;
        try
        {
            message = await consumer.Receive(cancellationToken);
        }
        catch
        {
            _handlers.Release();
            throw;
        }

        counts.Receive();
        if (!phases.Requested.IsCancellationRequested) _openEntries.Begin(message.MessageId);
        else if (!_openEntries.Continues(message.MessageId))
        {
            Release();
            return;
        }
        _ = _keyOrder is null
            ? Task.Run(() => HandleAsync(message))
            : _keyOrder.RunAsync(KeyOf(message), () => Task.Run(() => HandleAsync(message)));
    }

    private async Task HandleAsync(IMessage<ReadOnlySequence<byte>> message)
    {
        if (phases.Requested.IsCancellationRequested && message.MessageId.BatchIndex < 0)
        {
            Release(); // The signal came before its turn.
            return;
        }
        try
        {
            await processor.ProcessAsync(message, settlement, retries, commit);
        }
        catch (Exception e)
        {
            logger.LogError(e, "{MessageId} was left unsettled; it will be delivered again", message.MessageId);
        }
        finally
        {
            _handlers.Release();
        }
    }

    private void Release()
    {
        counts.Release();
        _handlers.Release();
    }

    private async Task AllHandlersAsync()
    {
        var ended = 0;
        try
        {
            for (; ended < options.ParallelHandlers; ended++) await _handlers.WaitAsync(commit);
        }
        catch (OperationCanceledException)
        {
            for (; ended < options.ParallelHandlers; ended++) counts.Abort(); // They ignore their token. The report has their names.
        }
    }

    private static string KeyOf(IMessage message) =>
        message.HasOrderingKey ? Convert.ToBase64String(message.OrderingKey!) : message.Key ?? "";
}
