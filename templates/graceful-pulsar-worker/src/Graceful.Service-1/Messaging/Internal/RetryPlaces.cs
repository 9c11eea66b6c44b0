using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The places for failed messages that wait for their retry.</summary>
internal sealed class RetryPlaces(IOptions<PulsarOptions> options, ILogger<RetryPlaces> logger)
{
    private readonly SemaphoreSlim _free = new(options.Value.MaxWaitingRetries);
    private int _isFull;

    /// <summary>How many wait.</summary>
    public int Taken => options.Value.MaxWaitingRetries - _free.CurrentCount;

    /// <summary>Returns when there is a place. False: the wait was given up.</summary>
    public async Task<bool> TakeAsync(CancellationToken giveUp)
    {
        if (_free.Wait(0, CancellationToken.None)) return true;
        if (Interlocked.Exchange(ref _isFull, 1) == 0) logger.RetriesHoldUpIntake(options.Value.MaxWaitingRetries);
        var place = _free.WaitAsync(giveUp);
        await place.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return place.IsCompletedSuccessfully;
    }

    public void Free()
    {
        _free.Release();
        if (_free.CurrentCount > 1) _isFull = 0; // Nobody waits any more, so the next time is said again.
    }
}
