using System.Collections.Concurrent;
using DotPulsar;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>How the consumers of the topic, or of its partitions, are connected. Says every change.</summary>
internal sealed class ConsumerStates(IOptions<PulsarOptions> options, ConnectionProblems problems, ILogger<ConsumerStates> logger)
{
    /// <summary>A broker that hangs, and one that closes connections without a word, gives the client no reason to tell.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, ConsumerState> _states = new();

    /// <summary>Null while all are connected, as the active ones or as standbys.</summary>
    public string? Problem => _states.IsEmpty
        ? "there is no consumer yet"
        : _states.Where(state => !IsConnected(state.Value)).Select(state => $"the consumer is {state.Value}").FirstOrDefault();

    /// <summary>It is looked for from now on.</summary>
    public void Connecting(string topic)
    {
        _states[topic] = ConsumerState.Disconnected;
        _ = SayWhenNothingAnswersAsync(topic);
    }

    public void Remove(string topic) => _states.TryRemove(topic, out _);

    public void Changed(string topic, ConsumerState state)
    {
        _states[topic] = state;
        switch (state)
        {
            case ConsumerState.Active:
                logger.Consuming(topic);
                break;
            case ConsumerState.Inactive:
                logger.StandingBy(topic);
                break;
            case ConsumerState.Disconnected:
                logger.ConnectionLost(topic);
                _ = SayWhenNothingAnswersAsync(topic);
                break;
            case not (ConsumerState.Closed or ConsumerState.Faulted): // The worker closes them itself, and says why one has failed.
                logger.ConsumerState(topic, state);
                break;
        }
        if (IsConnected(state)) problems.Clear();
    }

    public static bool IsConnected(ConsumerState state) => state is ConsumerState.Active or ConsumerState.Inactive;

    private async Task SayWhenNothingAnswersAsync(string topic)
    {
        await Task.Delay(AnswerWithin);
        if (_states.TryGetValue(topic, out var state) && state == ConsumerState.Disconnected && !problems.AreKnown)
            logger.NoAnswer(options.Value.ServiceUrl!, AnswerWithin.TotalSeconds);
    }
}
