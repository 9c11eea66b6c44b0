using Graceful.Service_1.Grpc.V1;
using Graceful.Service_1.Jobs;
using Grpc.Core;

namespace Graceful.Service_1.Grpc;

internal sealed class JobsService(JobRunner runner) : V1.Jobs.JobsBase
{
    private const double MaxSeconds = 600;

    public override Task<RunReply> Run(RunRequest request, ServerCallContext context) => RunAsync(request, context.CancellationToken);

    public override async Task Watch(WatchRequest request, IServerStreamWriter<Progress> responses, ServerCallContext context)
    {
        await foreach (var done in runner.WatchAsync(context.CancellationToken)) await responses.WriteAsync(new Progress { Done = done });
    }

    public override async Task RunAll(IAsyncStreamReader<RunRequest> requests, IServerStreamWriter<RunReply> responses, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            await responses.WriteAsync(await RunAsync(request, context.CancellationToken));
    }

    private async Task<RunReply> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Name)) throw Invalid("name is required");
        if (request.Seconds is not (>= 0 and <= MaxSeconds)) throw Invalid($"seconds must be from 0 to {MaxSeconds}");
        await runner.RunAsync(request.Name, request.Seconds, cancellationToken);
        return new RunReply { Name = request.Name, Seconds = request.Seconds };
    }

    private static RpcException Invalid(string problem) => new(new Status(StatusCode.InvalidArgument, problem));
}
