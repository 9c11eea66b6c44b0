using DotPulsar.Abstractions;

namespace DotPulsar.Extensions;

/// <summary>Waiting until a state has lasted for a while.</summary>
public static class StateExtensions
{
    public static async ValueTask<TState> OnStateChangeTo<TState>(
        this IState<TState> stateChanged, TState state, TimeSpan delay, CancellationToken cancellationToken = default) where TState : notnull
    {
        while (true)
        {
            var current = await stateChanged.OnStateChangeTo(state, cancellationToken);
            if (stateChanged.IsFinalState(current) || !await EndsWithinAsync(token => stateChanged.OnStateChangeFrom(state, token), delay, cancellationToken))
                return current;
        }
    }

    public static async ValueTask<TState> OnStateChangeFrom<TState>(
        this IState<TState> stateChanged, TState state, TimeSpan delay, CancellationToken cancellationToken = default) where TState : notnull
    {
        while (true)
        {
            var current = await stateChanged.OnStateChangeFrom(state, cancellationToken);
            if (stateChanged.IsFinalState(current) || !await EndsWithinAsync(token => stateChanged.OnStateChangeTo(state, token), delay, cancellationToken))
                return current;
        }
    }

    private static async Task<bool> EndsWithinAsync<TState>(Func<CancellationToken, ValueTask<TState>> change, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(delay);
        try
        {
            await change(time.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
