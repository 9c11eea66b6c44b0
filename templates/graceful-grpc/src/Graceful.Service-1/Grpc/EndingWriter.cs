using Grpc.Core;

namespace Graceful.Service_1.Grpc;

/// <summary>Ends with the stream even for a handler that looks at no token, and for one whose client has stopped reading.</summary>
/// <remarks>
/// A moment later, for a last message. After that one more can be sent: by a handler that was at work all the time, and has its result.
/// </remarks>
internal sealed class EndingWriter<T> : IServerStreamWriter<T>, IDisposable
{
    private static readonly TimeSpan TimeForLastMessages = TimeSpan.FromSeconds(0.5);

    /// <summary>For a write that is under way, since to cut it off resets the stream: the client sees no status then.</summary>
    private static readonly TimeSpan TimeToArrive = TimeSpan.FromSeconds(0.3);

    private readonly IServerStreamWriter<T> _inner;
    private readonly Action _reset;
    private readonly CancellationTokenSource _isLate = new(), _cutOff = new();
    private readonly CancellationTokenRegistration _onEnd;
    private bool _hasBeenLate;

    public EndingWriter(IServerStreamWriter<T> inner, CancellationToken ended, Action reset)
    {
        (_inner, _reset) = (inner, reset);
        _onEnd = ended.Register(() =>
        {
            _isLate.CancelAfter(TimeForLastMessages);
            _cutOff.CancelAfter(TimeForLastMessages + TimeToArrive);
        });
    }

    public WriteOptions? WriteOptions { get => _inner.WriteOptions; set => _inner.WriteOptions = value; }

    public Task WriteAsync(T message) => BoundAsync(() => _inner.WriteAsync(message));

    public Task WriteAsync(T message, CancellationToken cancellationToken) => BoundAsync(() => _inner.WriteAsync(message, cancellationToken));

    public void Dispose()
    {
        _onEnd.Dispose();
        _isLate.Dispose();
        _cutOff.Dispose();
    }

    private async Task BoundAsync(Func<Task> write)
    {
        var isLate = _isLate.IsCancellationRequested;
        if (isLate && Interlocked.Exchange(ref _hasBeenLate, true)) throw new OperationCanceledException("The stream has ended: the server is shutting down.");
        using var ownCutOff = isLate ? new CancellationTokenSource(TimeForLastMessages + TimeToArrive) : null;
        var writing = write();
        try
        {
            await writing.WaitAsync(ownCutOff?.Token ?? _cutOff.Token);
        }
        catch (OperationCanceledException) when (!writing.IsCompleted)
        {
            _reset();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
