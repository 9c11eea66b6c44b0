using DotPulsar.Abstractions;

namespace DotPulsar.Internal;

/// <summary>A state and those who wait on it. From a final one there is no way back, and every wait ends with it.</summary>
internal sealed class StateManager<TState>(TState initial, params TState[] final) : IState<TState> where TState : struct, Enum
{
    private readonly TState _initial = initial;
    private readonly Lock _gate = new();
    private readonly List<(Func<TState, bool> Until, TaskCompletionSource<TState> Waiter)> _waiters = [];

    public TState Current { get; private set; } = initial;

    public bool IsFinalState() => IsFinalState(Current);

    public bool IsFinalState(TState state) => final.Contains(state);

    public void Set(TState state)
    {
        lock (_gate)
        {
            if (IsFinalState() || Current.Equals(state))
                return;
            Current = state;
            foreach (var waiter in _waiters.Where(w => IsFinalState() || w.Until(state)).ToArray())
            {
                _waiters.Remove(waiter);
                waiter.Waiter.TrySetResult(state);
            }
        }
    }

    public ValueTask<TState> OnStateChangeTo(TState state, CancellationToken cancellationToken = default) =>
        When(s => s.Equals(state), cancellationToken);

    public ValueTask<TState> OnStateChangeFrom(TState state, CancellationToken cancellationToken = default) =>
        When(s => !s.Equals(state), cancellationToken);

    /// <summary>Follows the states of the parts until the combined one is final.</summary>
    public async Task FollowAsync(IReadOnlyList<StateManager<TState>> parts, Func<TState[], TState> combine, CancellationToken cancellationToken)
    {
        var states = parts.Select(_ => _initial).ToArray();
        while (!IsFinalState())
        {
            await Task.WhenAny(parts.Select((part, i) => part.OnStateChangeFrom(states[i], cancellationToken).AsTask()));
            cancellationToken.ThrowIfCancellationRequested();
            states = [.. parts.Select(part => part.Current)];
            Set(combine(states));
        }
    }

    private ValueTask<TState> When(Func<TState, bool> until, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (IsFinalState() || until(Current))
                return new(Current);
            var waiter = new TaskCompletionSource<TState>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((until, waiter));
            var registration = cancellationToken.Register(() => Forget(waiter, cancellationToken));
            waiter.Task.ContinueWith(_ => registration.Dispose(), TaskScheduler.Default);
            return new(waiter.Task);
        }
    }

    private void Forget(TaskCompletionSource<TState> waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
            _waiters.RemoveAll(w => w.Waiter == waiter);
        waiter.TrySetCanceled(cancellationToken);
    }
}
