using Graceful.Service_1.Grpc.V1;
using Grpc.Core;
using Grpc.Net.Client;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace Graceful.Service_1.Tests;

/// <summary>The proof that gRPC clients do not notice a rollout: <c>dotnet test --filter Rollout</c>.</summary>
public sealed class GrpcRolloutTests
{
    /// <summary>
    /// Your calls: put in what your clients call, above all what must not be lost. Each is made over and over while the service is
    /// restarted.
    /// </summary>
    private static readonly Func<ChannelBase, Task>[] Calls =
    [
        async channel => await new JobsClient(channel).RunAsync(new RunRequest { Name = "short", Seconds = 0.05 }),
        async channel => await new JobsClient(channel).RunAsync(new RunRequest { Name = "longer than the delay", Seconds = 3 }),
    ];

    [SignalFact]
    public Task A_rollout_under_load_loses_no_call() => Rollout.LosesNothingAsync(Calls, CallAsync, service => new Uri(service.GrpcAddress));

    private static async Task<string?> CallAsync(SocketsHttpHandler handler, Func<ChannelBase, Task> call)
    {
        using var channel = GrpcChannel.ForAddress("http://service", new GrpcChannelOptions { HttpHandler = handler });
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await call(channel);
                return null;
            }
            catch (RpcException e) when (isFirst && e.Status.DebugException?.GetBaseException() is HttpProtocolException { ErrorCode: 0 })
            {
                // A race in HttpClient, 2 of 150,000 calls: it gave this one up before it was sent. One that was sent and cut off makes exit code 2.
            }
            catch (RpcException e)
            {
                return e is { StatusCode: StatusCode.Unavailable, Status.DebugException: { } cause }
                    ? $"no service there ({cause.GetBaseException().Message}): raise Shutdown:DelaySeconds"
                    : $"{e.Status}: a method must not use what is closed at the signal";
            }
        }
    }
}
