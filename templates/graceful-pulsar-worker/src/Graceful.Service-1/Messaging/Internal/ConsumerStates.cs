using System.Collections.Concurrent;
using DotPulsar;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>How the consumers of the topic, or of its partitions, are connected. Says every change.</summary>
internal sealed class ConsumerStates(IOptions<PulsarOptions> options, ConnectionProblems problems, ILogger<ConsumerStates> logger)
{
    /// <summary>A broker that hangs, and one that closes connections without a word, gives the client no reason to tell.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Change> _last = new();

    /// <summary>Null while all are connected, as the active ones or as standbys.</summary>
    public string? Problem => _last.IsEmpty
        ? "there is no consumer yet"
        : _last.Values.Where(last => !IsConnected(last.To)).Select(last => $"the consumer is {last.To}").FirstOrDefault();

    /// <summary>It is looked for from now on.</summary>
    public void Connecting(string topic) => _ = SayWhenNothingAnswersAsync(topic, _last[topic] = new(ConsumerState.Disconnected));

    public void Remove(string topic) => _last.TryRemove(topic, out _);

    public void Changed(string topic, ConsumerState state)
    {
        var change = _last[topic] = new(state);
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
                _ = SayWhenNothingAnswersAsync(topic, change);
                break;
            case not (ConsumerState.Closed or ConsumerState.Faulted): // The worker closes them itself, and says why one has failed.
                logger.ConsumerState(topic, state);
                break;
        }
        if (IsConnected(state)) problems.Clear();
    }

    public static bool IsConnected(ConsumerState state) => state is ConsumerState.Active or ConsumerState.Inactive;

    private async Task SayWhenNothingAnswersAsync(string topic, Change disconnected)
    {
        await Task.Delay(AnswerWithin);
        if (_last.GetValueOrDefault(topic) == disconnected && !problems.AreKnown) // It may have been found meanwhile, and lost again.
            logger.NoAnswer(options.Value.ServiceUrl!, AnswerWithin.TotalSeconds);
    }

    /// <summary>Not a record: two changes to the same state are two.</summary>
    private sealed class Change(ConsumerState to)
    {
        public ConsumerState To { get; } = to;
    }
}
