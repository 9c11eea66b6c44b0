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
    private readonly CancellationTokenSource _lateSource = new(), _cutOffSource = new();
    private readonly CancellationToken _ended, _cutOff;
    private readonly CancellationTokenRegistration _onEnd;
    private bool _hasBeenLate;

    public EndingWriter(IServerStreamWriter<T> inner, Action reset, CancellationToken ended)
    {
        (_inner, _reset, _ended, _cutOff) = (inner, reset, ended, _cutOffSource.Token);
        _onEnd = ended.Register(() =>
        {
            _lateSource.CancelAfter(TimeForLastMessages);
            _cutOffSource.CancelAfter(TimeForLastMessages + TimeToArrive);
        });
    }

    public WriteOptions? WriteOptions { get => _inner.WriteOptions; set => _inner.WriteOptions = value; }

    public Task WriteAsync(T message)
    {
        var isLate = BeginIsLate();
        return BoundAsync(_inner.WriteAsync(message), isLate);
    }

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        // gRPC resets the stream when this token fires. That of the call fires for all streams at once, and the status would be lost.
        if (cancellationToken == _ended && !_ended.IsCancellationRequested) return WriteAsync(message);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        var isLate = BeginIsLate();
        return BoundAsync(_inner.WriteAsync(message, cancellationToken), isLate);
    }

    public void Dispose()
    {
        _onEnd.Dispose();
        _lateSource.Dispose();
        _cutOffSource.Dispose();
    }

    private bool BeginIsLate()
    {
        if (!_lateSource.IsCancellationRequested) return false;
        if (Interlocked.Exchange(ref _hasBeenLate, true)) throw new OperationCanceledException("The stream has ended.", _ended);
        return true;
    }

    private async Task BoundAsync(Task writing, bool isLate)
    {
        using var ownCutOff = isLate ? new CancellationTokenSource(TimeForLastMessages + TimeToArrive) : null;
        try
        {
            await writing.WaitAsync(ownCutOff?.Token ?? _cutOff);
        }
        catch (OperationCanceledException) when (!writing.IsCompleted)
        {
            _reset();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
