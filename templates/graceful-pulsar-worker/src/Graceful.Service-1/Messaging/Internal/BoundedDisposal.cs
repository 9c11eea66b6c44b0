using DotPulsar.Abstractions;

namespace Graceful.Service_1.Messaging.Internal;

internal static class BoundedDisposal
{
    /// <summary>Closing waits for the broker's answer without a limit; one that hangs must not hold up the stop.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary>True when the broker confirmed it, which also proves that it has read every acknowledgement sent before.</summary>
    /// <param name="client">It closes its consumers and producers first.</param>
    /// <param name="bound">1 s if not given.</param>
    public static async Task<bool> DisposeWithinAsync(this IPulsarClient client, TimeSpan? bound = null)
    {
        var close = client.DisposeAsync().AsTask();
        await close.WaitAsync(bound ?? Bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return close.IsCompletedSuccessfully;
    }
}
