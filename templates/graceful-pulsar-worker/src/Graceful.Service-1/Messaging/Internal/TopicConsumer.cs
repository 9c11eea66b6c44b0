using System.Diagnostics;
using DotPulsar;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>Keeps a consumer of one topic or partition running until the stop, and replaces it when it fails.</summary>
internal sealed class TopicConsumer(
    string topic, PulsarClients clients, ConnectionProblems problems, ConsumerStates states, ConsumerServices services)
{
    /// <summary>For the broker to confirm the close while there is time; at the deadline there is less.</summary>
    private static readonly TimeSpan CloseBound = TimeSpan.FromSeconds(3);

    /// <summary>What the client does to a receive says nothing of the reason, which the exception handler has logged.</summary>
    private const string GivenUp = "the client has given it up; entry 303 says why it has no connection";

    /// <summary>Longer than one takes that never gets a connection (<see cref="ConnectionPatience"/>).</summary>
    private static readonly TimeSpan ForgetFailuresAfter = TimeSpan.FromMinutes(2);

    private readonly DeliveryHistory _history = new();
    private string? _lastFailure;
    private volatile bool _isDisconnected;

    private ShutdownPhases Phases => services.Phases;

    public async Task RunAsync()
    {
        for (var failures = 0; !Phases.StopRequested.IsCancellationRequested; failures++)
        {
            if (failures > 0) states.Connecting(topic);
            var started = Stopwatch.GetTimestamp();
            try
            {
                await RunSessionAsync(failures);
            }
            catch (Exception e) // No client can be made, as while a certificate is being replaced.
            {
                Failed(ConnectionProblems.Reason(e));
            }
            if (Stopwatch.GetElapsedTime(started) > ForgetFailuresAfter) failures = 0;
            await Task.Delay(Backoff.Delay(failures, first: 1, max: 30), Phases.StopRequested).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunSessionAsync(int earlierFailures)
    {
        ConsumerSession? session = null;
        var isOver = false;
        var patience = new ConnectionPatience();
        var client = clients.Create(patience);
        var consumer = clients.Subscribe(client, topic, StateChanged);
        var watch = new ConsumerWatch(consumer, patience, earlierFailures, Phases.StopRequested);
        using var receiving = CancellationTokenSource.CreateLinkedTokenSource(Phases.StopRequested, watch.GivenUp);
        using var acknowledging = CancellationTokenSource.CreateLinkedTokenSource(services.Commit, watch.GivenUp);
        session = new ConsumerSession(consumer, _history, services, receiving.Token, acknowledging.Token);
        watch.Start();
        try
        {
            await session.RunAsync();
        }
        catch (Exception e)
        {
            if (watch.Reason is not null) problems.AddUnknown();
            Failed(watch.Reason ?? (e is OperationCanceledException ? GivenUp : ConnectionProblems.Reason(e)));
        }
        watch.Dispose();
        var areLost = _isDisconnected && _history.HasLostAcknowledgements; // The client also closes a consumer that has no connection, and says nothing of it.
        var isClosed = await client.DisposeWithinAsync(Phases.Deadline.IsCancellationRequested ? null : CloseBound);
        isOver = true; // A close that took longer is told when another one is in its place.
        _history.ConnectionLost();
        // The broker's answer also proves that it has read all acknowledgements.
        if ((areLost || !isClosed) && Phases.StopRequested.IsCancellationRequested)
            services.Report.AddAborted("(the broker did not confirm the close of the consumer)", TimeSpan.Zero);

        void StateChanged(ConsumerState state)
        {
            if (isOver) return;
            _isDisconnected = state == ConsumerState.Disconnected;
            if (ConsumerStates.IsConnected(state)) _lastFailure = null;
            if (state == ConsumerState.Active) _history.ConnectionFound(problems.BrokerWasAwayAt > _history.LostAt);
            else _history.ConnectionLost();
            session?.StateChanged(state);
            states.Changed(topic, state);
        }
    }

    // Every reason once: a consumer that cannot be had is replaced every 30 s.
    private void Failed(string reason)
    {
        states.Changed(topic, ConsumerState.Faulted);
        if (Interlocked.Exchange(ref _lastFailure, reason) != reason) services.Logger.ConsumerFailed(topic, reason);
    }
}
