using Grpc.Core;
using Grpc.Net.Client;
using GracefulTemplates.Lab;
using HealthClient = Grpc.Health.V1.Health.HealthClient;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace GracefulTemplates.Tests.Services;

/// <summary>A client of a gRPC service: one connection, no retries.</summary>
internal sealed class GrpcClient(ServiceProcess service) : IDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{service.Http2Port}");

    public CallInvoker Invoker => _channel.CreateCallInvoker();
    public JobsClient Jobs => new(_channel);
    public HealthClient Health => new(_channel);
    public Streams.StreamsClient Streams => new(_channel);

    /// <summary>Reads a stream to its end: with which status, and when on the clock of the log.</summary>
    public async Task<StreamEnd> EndAsync<T>(IAsyncStreamReader<T> responses) where T : class
    {
        var count = 0;
        var status = await StatusAsync(async () => { while (await responses.MoveNext()) count++; });
        return new(status, service.Now, count);
    }

    /// <summary>Waits for the answer to a unary or a client-streaming call.</summary>
    public async Task<StreamEnd> EndAsync<T>(Task<T> response) => new(await StatusAsync(() => response), service.Now, 0);

    public void Dispose() => _channel.Dispose();

    private static async Task<Status> StatusAsync(Func<Task> call)
    {
        try
        {
            await call().WaitAsync(ServiceProcess.Patience);
            return Status.DefaultSuccess;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }
}

/// <summary>How a call ended for its client.</summary>
internal sealed record StreamEnd(Status Status, TimeSpan At, int Received)
{
    public static (StatusCode, string) ShuttingDown => (StatusCode.Unavailable, "server is shutting down");

    public (StatusCode, string) Said => (Status.StatusCode, Status.Detail);
}
