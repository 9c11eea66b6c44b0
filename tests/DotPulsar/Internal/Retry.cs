using System.Net.Sockets;
using DotPulsar.Exceptions;

namespace DotPulsar.Internal;

/// <summary>Repeats what failed, if the exception handlers say so; otherwise <paramref name="faulted"/> learns that it is over for good.</summary>
internal sealed class Retry(ClientSettings settings, Action<Exception> faulted)
{
    public async Task<T> RunAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (!await MayRepeatAsync(e, cancellationToken))
                    throw;
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public Task RunAsync(Func<Task> action, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            await action();
            return true;
        },
        cancellationToken);

    private async Task<bool> MayRepeatAsync(Exception exception, CancellationToken cancellationToken)
    {
        var context = new ExceptionContext(exception, cancellationToken);
        foreach (var handler in settings.ExceptionHandlers)
        {
            await handler.OnException(context);
            if (context.ExceptionHandled)
                break;
        }
        if (!context.ExceptionHandled)
            context.Result = Default(exception);
        if (context.Result == FaultAction.Retry)
        {
            await Task.Delay(settings.RetryInterval, cancellationToken);
            return true;
        }
        faulted(exception);
        return context.Result == FaultAction.ThrowException ? throw context.Exception : false;
    }

    private static FaultAction Default(Exception exception) => exception switch
    {
        TooManyRequestsException or ChannelNotReadyException or ServiceNotReadyException => FaultAction.Retry,
        ConsumerNotFoundException or ConsumerBusyException or ProducerBusyException => FaultAction.Retry,
        ChannelLostException or OperationCanceledException or IOException => FaultAction.Retry,
        SocketException { SocketErrorCode: not (SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable) } => FaultAction.Retry,
        _ => FaultAction.Rethrow,
    };
}

/// <summary>The connection, or the consumer's or producer's place on it, has gone; there will be another.</summary>
internal sealed class ChannelLostException() : ObjectDisposedException("channel");
