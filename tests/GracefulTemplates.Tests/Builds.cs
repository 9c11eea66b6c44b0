namespace GracefulTemplates.Tests;

/// <summary>
/// One build at a time for every two processors. Tests that wait for their services share a processor well; builds beside them
/// take all there is, and what is timed starves.
/// </summary>
internal static class Builds
{
    private static readonly SemaphoreSlim Free = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Waits for a turn, which ends when it is disposed.</summary>
    public static async Task<IDisposable> EnterAsync()
    {
        await Free.WaitAsync();
        return new Turn();
    }

    private sealed class Turn : IDisposable
    {
        public void Dispose() => Free.Release();
    }
}
