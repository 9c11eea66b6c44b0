using DotPulsar.Abstractions;

namespace DotPulsar.Internal;

/// <summary>A consumer of a subscription that goes with it. It begins with what comes next: other starting points are not looked at.</summary>
internal sealed class Reader<TMessage> : IReader<TMessage>
{
    private readonly StateManager<ReaderState> _state = new(ReaderState.Disconnected, ReaderState.Closed, ReaderState.ReachedEndOfTopic, ReaderState.Faulted);
    private readonly Consumer<TMessage> _consumer;

    public Reader(Consumer<TMessage> consumer)
    {
        _consumer = consumer;
        _ = FollowAsync();
    }

    public Uri ServiceUrl => _consumer.ServiceUrl;

    public string Topic => _consumer.Topic;

    public IState<ReaderState> State => _state;

    public ValueTask<IMessage<TMessage>> Receive(CancellationToken cancellationToken = default) => _consumer.Receive(cancellationToken);

    public ValueTask<IEnumerable<MessageId>> GetLastMessageIds(CancellationToken cancellationToken = default) => _consumer.GetLastMessageIds(cancellationToken);

    public ValueTask Seek(MessageId messageId, CancellationToken cancellationToken = default) => _consumer.Seek(messageId, cancellationToken);

    public ValueTask Seek(ulong publishTime, CancellationToken cancellationToken = default) => _consumer.Seek(publishTime, cancellationToken);

    public ValueTask DisposeAsync() => _consumer.DisposeAsync();

    private async Task FollowAsync()
    {
        for (var state = ConsumerState.Disconnected; !_consumer.State.IsFinalState(state);)
        {
            state = await _consumer.State.OnStateChangeFrom(state);
            _state.Set(state switch
            {
                ConsumerState.Active or ConsumerState.Inactive => ReaderState.Connected,
                ConsumerState.PartiallyConnected => ReaderState.PartiallyConnected,
                ConsumerState.ReachedEndOfTopic => ReaderState.ReachedEndOfTopic,
                ConsumerState.Faulted => ReaderState.Faulted,
                ConsumerState.Closed => ReaderState.Closed,
                _ => ReaderState.Disconnected,
            });
        }
    }
}
