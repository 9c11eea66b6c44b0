using Grpc.Core;

namespace Graceful.Service_1.Grpc;

/// <summary>Ends with the stream even for a handler that reads without a token, as <c>ReadAllAsync()</c> does.</summary>
internal sealed class EndingReader<T>(IAsyncStreamReader<T> inner, CancellationToken ended) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    /// <summary>The client has sent everything, and it has been read.</summary>
    public bool IsAtEnd { get; private set; }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        using var either = cancellationToken.CanBeCanceled && cancellationToken != ended
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended)
            : null;
        try
        {
            var moved = await inner.MoveNext(either?.Token ?? ended);
            IsAtEnd = !moved;
            return moved;
        }
        catch (OperationCanceledException e) when (either is { IsCancellationRequested: true })
        {
            // A handler may ask whether it was its own token, or that of the call.
            throw new OperationCanceledException(e.Message, e, cancellationToken.IsCancellationRequested ? cancellationToken : ended);
        }
    }
}
