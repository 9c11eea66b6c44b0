using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The last moment to acknowledge: a little behind the deadline, for the handlers that end at the very deadline.</summary>
internal sealed class CommitDeadline : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(0.5);

    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _registration;

    public CommitDeadline(ShutdownPhases phases) => _registration = phases.Deadline.Register(() => _source.CancelAfter(Bound));

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
