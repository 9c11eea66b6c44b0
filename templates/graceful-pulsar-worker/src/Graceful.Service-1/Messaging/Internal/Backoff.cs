namespace Graceful.Service_1.Messaging.Internal;

internal static class Backoff
{
    /// <summary>A doubling delay whose upper half is random, so that what failed together does not come back together.</summary>
    /// <param name="attempt">0 for the first retry.</param>
    /// <param name="first">Seconds to the first retry.</param>
    /// <param name="max">Seconds that it never exceeds.</param>
    public static TimeSpan Delay(int attempt, double first, double max) =>
        TimeSpan.FromSeconds(Math.Min(first * Math.Pow(2, Math.Min(attempt, 30)), max) * (0.5 + Random.Shared.NextDouble() / 2));
}
