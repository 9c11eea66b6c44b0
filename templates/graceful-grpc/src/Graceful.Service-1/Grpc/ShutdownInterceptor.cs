using Graceful.Service_1.Shutdown;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;

namespace Graceful.Service_1.Grpc;

/// <summary>
/// A stream that draining has ended gets the status Unavailable, whether its handler threw or returned: the client connects
/// again elsewhere, and does not take what it got for all there was. The health service says NOT_SERVING from the signal on.
/// </summary>
/// <remarks>
/// A handler that knows better sets a status: it throws an <see cref="RpcException"/> (with another than Cancelled, Internal and Unknown),
/// or sets <see cref="ServerCallContext.Status"/> (to <see cref="Status.DefaultSuccess"/> when everything was sent). One that neither
/// reads, writes nor looks at its token is left alone until the deadline, since it may be at work.
/// </remarks>
internal sealed class ShutdownInterceptor(ShutdownPhases phases) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation) =>
        request is HealthCheckRequest asked && phases.StopRequested.IsCancellationRequested && GrpcHealth.StoppingResponse(asked) is TResponse answer
            ? Task.FromResult(answer)
            : continuation(request, context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responses,
        ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, async call =>
        {
            using var writer = new EndingWriter<TResponse>(responses, call.GetHttpContext().Abort, call.CancellationToken);
            await continuation(request, writer, call);
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requests,
        IServerStreamWriter<TResponse> responses, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, async call =>
        {
            using var writer = new EndingWriter<TResponse>(responses, call.GetHttpContext().Abort, call.CancellationToken);
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

    // Cancelled is what Grpc.Net.Client throws for a call of the handler's own that the ended stream has cancelled; all three are what an
    // interceptor between us and the handler makes of an exception that it does not know.
    private static bool IsOwnStatus(Exception e) =>
        e is RpcException { StatusCode: not (StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown) };

    // A status that nobody has set has no detail, not even an empty one.
    private static bool HasOwnStatus(ServerCallContext context) => context.Status is not { StatusCode: StatusCode.OK, Detail: null };

    private static RpcException ShuttingDown(Exception? cause) =>
        new(new Status(StatusCode.Unavailable, "server is shutting down", cause));
}
