using System.Buffers;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>One consumer of one topic or partition, from its first message until all that was begun is settled.</summary>
/// <remarks>
/// It takes one message more than there are handlers free, on Key_Shared also those that wait for another one of their key, and leaves all
/// others to the client. What the client holds at a stop goes back when the consumer is closed, without counting an attempt.
/// </remarks>
internal sealed class ConsumerSession
{
    /// <summary>How long to wait for more of a batch. It is in the client already, or it was complete.</summary>
    private static readonly TimeSpan MoreOfBatchWithin = TimeSpan.FromSeconds(0.1);

    private readonly IConsumer<ReadOnlySequence<byte>> _consumer;
    private readonly DeliveryHistory _history;
    private readonly ConsumerServices _services;
    private readonly CancellationToken _receiveUntil;
    private readonly SemaphoreSlim _handlers;
    private readonly Acknowledgements _acknowledgements;
    private readonly WaitingRetries? _retries;
    private readonly KeyOrder? _keyOrder;
    private readonly OpenBatch _batch;
    private readonly RunningHandlers _running = new();
    private readonly MessageSource _source;
    private volatile ActivePeriod _period;

    /// <param name="receiveUntil">The stop, or until the consumer is to be replaced.</param>
    /// <param name="acknowledgeUntil">The commit deadline, or until the consumer is to be replaced: the client would wait for its connection.</param>
    public ConsumerSession(IConsumer<ReadOnlySequence<byte>> consumer, DeliveryHistory history, ConsumerServices services,
        CancellationToken receiveUntil, CancellationToken acknowledgeUntil)
    {
        (_consumer, _history, _services, _receiveUntil) = (consumer, history, services, receiveUntil);
        _handlers = services.HandlersOfTopic();
        _source = new MessageSource(consumer);
        _period = NewPeriod();
        _acknowledgements = new Acknowledgements(consumer, history, services.Logger, acknowledgeUntil);
        _batch = new OpenBatch(_acknowledgements);
        _retries = consumer.SubscriptionType == SubscriptionType.Shared ? new WaitingRetries(_acknowledgements, services.RetryPlaces, services.Counts) : null;
        _keyOrder = consumer.SubscriptionType == SubscriptionType.KeyShared ? new KeyOrder(services.Options.Prefetch) : null;
    }

    /// <summary>Returns after the stop was requested, or throws when the consumer fails; in both cases after the last handler.</summary>
    public async Task RunAsync()
    {
        _ = _acknowledgements.ConfirmAllAsync();
        try
        {
            await ReceiveAsync();
            if (_retries is not null) await _retries.EndAsync();
            await FinishBatchAsync();
        }
        catch
        {
            _period.End(); // A message that is tried again in place could keep its successor waiting for ever.
            throw;
        }
        finally
        {
            if (_retries is not null) await _retries.EndAsync();
            await _running.EndAsync(_services.Commit);
            await _acknowledgements.RepeatAsync();
            _period.Unlink();
            _source.Dispose();
            _acknowledgements.Dispose();
        }
    }

    /// <summary>On Failover the broker makes this consumer the active one, or another.</summary>
    public void StateChanged(ConsumerState state)
    {
        if (_consumer.SubscriptionType != SubscriptionType.Failover) return;
        if (state is ConsumerState.Inactive or ConsumerState.Disconnected) _period.End();
        else if (state == ConsumerState.Active && _period is { IsOver: true } last)
        {
            _period = NewPeriod();
            last.Replace();
        }
    }

    private ActivePeriod NewPeriod() => new(_services.Options.Takeover, _receiveUntil, _services.Phases.Deadline);

    private async Task ReceiveAsync()
    {
        try
        {
            if (_consumer.SubscriptionType == SubscriptionType.Failover) await ReceiveWhileActiveAsync();
            // A receive before the first connect would cost the client's whole retry interval.
            await _consumer.StateChangedFrom(ConsumerState.Disconnected, _receiveUntil);
            while (true)
            {
                await TakeAsync(await NextAsync(_receiveUntil), _period);
                _receiveUntil.ThrowIfCancellationRequested(); // The client may have more.
            }
        }
        catch (OperationCanceledException) when (_services.Phases.StopRequested.IsCancellationRequested)
        {
            // Nothing new is taken.
        }
    }

    /// <summary>Failover: takes messages in the periods in which this consumer is the active one, and drops what comes in between.</summary>
    private async Task ReceiveWhileActiveAsync()
    {
        while (true)
        {
            var period = await ActivePeriodAsync();
            await new Takeover(_consumer, _source, _history, _services.Options.Takeover, _receiveUntil).CompleteAsync();
            try
            {
                while (true) await TakeAsync(await NextAsync(period.Replaced), period);
            }
            catch (OperationCanceledException) when (period.Replaced.IsCancellationRequested && !_receiveUntil.IsCancellationRequested)
            {
                _batch.Complete(); // It was the active one, was not for a while, and is again.
            }
        }
    }

    private async Task<ActivePeriod> ActivePeriodAsync()
    {
        while (true)
        {
            var changed = await _consumer.StateChangedTo(ConsumerState.Active, _receiveUntil);
            if (changed.ConsumerState != ConsumerState.Active) await NextAsync(_receiveUntil); // It has failed, and this throws why.
            if (_period is { IsOver: false } period) return period;
            await Task.Delay(10, _receiveUntil); // StateChanged may be told of it later.
        }
    }

    private async Task<IMessage<ReadOnlySequence<byte>>> NextAsync(CancellationToken giveUp)
    {
        if (_batch.IsOpen)
        {
            // Also when it gives up meanwhile: a batch that was begun is finished.
            if (await _source.NextAsync(MoreOfBatchWithin, _services.Phases.Deadline) is { } further) return further;
            _batch.Complete();
        }
        return await _source.NextAsync(giveUp);
    }

    private async Task FinishBatchAsync()
    {
        while (_batch.IsOpen)
        {
            if (await _source.NextAsync(MoreOfBatchWithin, _services.Phases.Deadline) is { } further) await TakeAsync(further, _period);
            else _batch.Complete();
        }
    }

    /// <summary>Starts a handler as soon as one is free. What must not be begun any more is left to whom the broker gives it next.</summary>
    private async Task TakeAsync(IMessage<ReadOnlySequence<byte>> message, ActivePeriod period)
    {
        var id = message.MessageId;
        var isOfOpenBatch = _batch.Continues(id);
        var until = isOfOpenBatch ? period.Finish : period.Begin;
        if (until.IsCancellationRequested)
        {
            Leave(id, isOfOpenBatch, period);
            return;
        }

        _batch.Begin(id);
        var delivery = new Delivery(message, () => _period, _acknowledgements, _retries, _services);
        var key = _keyOrder is null ? "" : KeyOf(message);
        // What waits for its key has no handler yet: one key that is slow or fails would soon have all of them.
        var waits = _keyOrder?.IsBusy(key) ?? false;
        if (_history.Begin(id) is var kind and not DeliveryKind.New)
        {
            await delivery.SkipAsync(kind);
        }
        else if (!await PlaceIsFreeAsync(waits ? _keyOrder!.Places : _handlers, until))
        {
            _history.Released(id);
            Leave(id, isOfOpenBatch, period);
        }
        else
        {
            _services.Counts.Received();
            _services.Metrics.Consumed();
            _running.Add(_keyOrder is null
                ? Task.Run(() => HandleAsync(delivery))
                : _keyOrder.RunAsync(key, () => Task.Run(() => waits ? HandleInTurnAsync(delivery) : HandleAsync(delivery))));
        }
    }

    /// <summary>It was not begun, so it is no more than what the client has fetched ahead.</summary>
    private void Leave(MessageId id, bool isOfOpenBatch, ActivePeriod period)
    {
        _batch.Abandon();
        if (isOfOpenBatch && !period.IsOver) _services.Report.AddAborted($"{id} (of a batch that was begun)", TimeSpan.Zero);
    }

    private static async Task<bool> PlaceIsFreeAsync(SemaphoreSlim places, CancellationToken until)
    {
        if (!places.Wait(0, CancellationToken.None))
        {
            var free = places.WaitAsync(until);
            await free.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!free.IsCompletedSuccessfully) return false;
        }
        if (!until.IsCancellationRequested) return true;
        places.Release();
        return false;
    }

    /// <summary>Key_Shared: the one before it of its key has ended.</summary>
    private async Task HandleInTurnAsync(Delivery delivery)
    {
        _keyOrder!.Places.Release();
        if (await PlaceIsFreeAsync(_handlers, delivery.Until)) await HandleAsync(delivery);
        else delivery.Leave();
    }

    private async Task HandleAsync(Delivery delivery)
    {
        try
        {
            if (delivery.IsTooLate) delivery.Leave(); // It has waited for a thread: handlers that block theirs leave none.
            else await _services.Processor.ProcessAsync(delivery);
        }
        finally
        {
            _handlers.Release();
        }
    }

    private static string KeyOf(IMessage message) =>
        message.HasOrderingKey ? Convert.ToBase64String(message.OrderingKey!) : message.Key ?? "";
}
