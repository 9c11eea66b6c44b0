namespace DotPulsar.Abstractions;

/// <summary>A state one can wait on; there is no way to read it.</summary>
public interface IState<TState> where TState : notnull
{
    bool IsFinalState();

    bool IsFinalState(TState state);

    ValueTask<TState> OnStateChangeTo(TState state, CancellationToken cancellationToken = default);

    ValueTask<TState> OnStateChangeFrom(TState state, CancellationToken cancellationToken = default);
}

/// <summary>Has a state.</summary>
public interface IStateHolder<TState> where TState : notnull
{
    IState<TState> State { get; }
}

/// <summary>Is told of every change of a state.</summary>
public interface IHandleStateChanged<TStateChanged>
{
    ValueTask OnStateChanged(TStateChanged stateChanged, CancellationToken cancellationToken = default);

    CancellationToken CancellationToken { get; }
}
