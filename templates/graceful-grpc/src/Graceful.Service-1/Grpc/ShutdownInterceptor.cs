using Graceful.Service_1.Shutdown;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Graceful.Service_1.Grpc;

/// <summary>
/// A stream that draining has ended gets the status Unavailable, whether its handler threw or returned: the client connects
/// again elsewhere, and does not take what it got for all there was.
/// </summary>
/// <remarks>
/// A handler that knows better sets a status: it throws an <see cref="RpcException"/>, or sets <see cref="ServerCallContext.Status"/>
/// (to <see cref="Status.DefaultSuccess"/> when everything was sent). One that neither reads, writes nor looks at its token is left
/// alone until the deadline, since it may be at work.
/// </remarks>
internal sealed class ShutdownInterceptor(ShutdownPhases phases) : Interceptor
{
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responses,
        ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, async call =>
        {
            using var writer = new EndingWriter<TResponse>(responses, call.CancellationToken);
            await continuation(request, writer, call);
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requests,
        IServerStreamWriter<TResponse> responses, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, async call =>
        {
            using var writer = new EndingWriter<TResponse>(responses, call.CancellationToken);
            await continuation(new EndingReader<TRequest>(requests, call.CancellationToken), writer, call);
        });

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requests,
        ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? response = null;
        await RunAsync(context, async call =>
        {
            var reader = new EndingReader<TRequest>(requests, call.CancellationToken);
            response = await continuation(reader, call);
            if (reader.IsAtEnd && !HasOwnStatus(call)) call.Status = Status.DefaultSuccess; // The answer to all the client sent.
        });
        return response!;
    }

    private async Task RunAsync(ServerCallContext context, Func<ServerCallContext, Task> handler)
    {
        if (context.GetHttpContext().GetEndpoint()?.Metadata.GetMetadata<EndsOnDrainAttribute>() is not { ToldBy: EndingToldBy.Call })
        {
            await handler(context);
            return;
        }
        using var call = new EndingCallContext(context, phases.Draining);
        try
        {
            await handler(call);
        }
        catch (Exception e) when (phases.Draining.IsCancellationRequested && !IsOwnStatus(e))
        {
            throw ShuttingDown(e);
        }
        if (phases.Draining.IsCancellationRequested && !HasOwnStatus(call)) throw ShuttingDown(null);
    }

    // Cancelled is what Grpc.Net.Client throws for a call of the handler's own that the ended stream has cancelled; Internal and Unknown
    // are what an interceptor between us and the handler makes of an exception that it does not know.
    private static bool IsOwnStatus(Exception e) => e is RpcException { Status: var status }
        && status is not { StatusCode: StatusCode.Cancelled, DebugException: OperationCanceledException }
        && status.StatusCode is not (StatusCode.Internal or StatusCode.Unknown);

    // A status that nobody has set has no detail, not even an empty one.
    private static bool HasOwnStatus(ServerCallContext context) => context.Status is not { StatusCode: StatusCode.OK, Detail: null };

    private static RpcException ShuttingDown(Exception? cause) =>
        new(new Status(StatusCode.Unavailable, "server is shutting down", cause));

    /// <summary>Ends with the stream even for a handler that reads without a token, as <c>ReadAllAsync()</c> does.</summary>
    private sealed class EndingReader<T>(IAsyncStreamReader<T> inner, CancellationToken ended) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        /// <summary>The client has sent everything, and it has been read.</summary>
        public bool IsAtEnd { get; private set; }

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            using var either = cancellationToken.CanBeCanceled && cancellationToken != ended
                ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended)
                : null;
            var moved = await inner.MoveNext(either?.Token ?? ended);
            IsAtEnd = !moved;
            return moved;
        }
    }

    /// <summary>Ends with the stream even for a handler that looks at no token, and for one whose client has stopped reading.</summary>
    /// <remarks>
    /// A moment later: for a last message, and for a write that is under way, since its cancellation resets the stream: the client sees
    /// CANCELLED and no status.
    /// </remarks>
    private sealed class EndingWriter<T> : IServerStreamWriter<T>, IDisposable
    {
        private static readonly TimeSpan TimeToWrite = TimeSpan.FromSeconds(0.5);

        private readonly IServerStreamWriter<T> _inner;
        private readonly CancellationTokenSource _giveUp = new();
        private readonly CancellationTokenRegistration _onEnd;

        public EndingWriter(IServerStreamWriter<T> inner, CancellationToken ended)
        {
            _inner = inner;
            _onEnd = ended.Register(() => _giveUp.CancelAfter(TimeToWrite));
        }

        public WriteOptions? WriteOptions { get => _inner.WriteOptions; set => _inner.WriteOptions = value; }

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            _giveUp.Token.ThrowIfCancellationRequested();
            using var either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _giveUp.Token) : null;
            await _inner.WriteAsync(message, either?.Token ?? _giveUp.Token);
        }

        public void Dispose()
        {
            _onEnd.Dispose();
            _giveUp.Dispose();
        }
    }
}
