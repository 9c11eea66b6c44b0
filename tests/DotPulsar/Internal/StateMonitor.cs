using DotPulsar.Abstractions;

namespace DotPulsar.Internal;

internal static class StateMonitor
{
    /// <summary>Tells a handler of every change until the last; what the handler throws is lost, as in the real client.</summary>
    public static async Task RunAsync<TState, TChange>(
        IState<TState> state, TState current, Func<TState, TChange> change, IHandleStateChanged<TChange> handler) where TState : notnull
    {
        await Task.Yield();
        while (!state.IsFinalState(current) && !handler.CancellationToken.IsCancellationRequested)
        {
            current = await state.OnStateChangeFrom(current, handler.CancellationToken);
            try
            {
                await handler.OnStateChanged(change(current), handler.CancellationToken);
            }
            catch (Exception)
            {
                // Lost.
            }
        }
    }
}
