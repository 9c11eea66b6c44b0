using Graceful.Service_1.Grpc.V1;
using Graceful.Service_1.Shutdown;
using Grpc.Core;
using Grpc.Net.Client;
using GracefulTemplates.Lab;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace Graceful.Service_1.Jobs;

/// <summary>Streaming handlers that misbehave, or know better, by the text of the first message.</summary>
internal sealed class LabStreams(ShutdownPhases phases, IConfiguration configuration) : Streams.StreamsBase
{
    public override async Task Server(Word request, IServerStreamWriter<Word> responses, ServerCallContext context)
    {
        await responses.WriteAsync(request);
        switch (request.Text)
        {
            case "ignore-token":
                for (; ; await Task.Delay(20, CancellationToken.None)) await responses.WriteAsync(request);
            case "chatter":
                for (; ;) await responses.WriteAsync(request);
            case "chatter-with-token":
                for (; ;) await responses.WriteAsync(request, context.CancellationToken);
            case "flood":
                await FloodAsync(responses);
                break;
            case "request-aborted":
                await UntilAsync(context.GetHttpContext().RequestAborted);
                break;
            case "late-result":
                Gate.Say("at work");
                await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
                await responses.WriteAsync(new Word { Text = "result" });
                await responses.WriteAsync(new Word { Text = "one more" });
                break;
            case "deaf":
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                break;
            case "call-on":
                using (var channel = GrpcChannel.ForAddress(configuration["Kestrel:Endpoints:Grpc:Url"]!))
                    await new JobsClient(channel).RunAsync(new RunRequest { Name = "called", Seconds = 60 }, cancellationToken: context.CancellationToken);
                break;
        }

        await UntilAsync(request.Text == "return-on-draining" ? phases.Draining : context.CancellationToken);
        if (request.Text == "goodbye") await responses.WriteAsync(new Word { Text = "goodbye" });
        if (request.Text == "throw") throw new InvalidOperationException("The lab's stream is broken.");
        if (request.Text == "throw-cancelled") throw new RpcException(new Status(StatusCode.Cancelled, "mapped"));
        if (request.Text == "throw-own-status") throw new RpcException(new Status(StatusCode.Aborted, "own"));
        if (request.Text == "set-own-status") context.Status = new Status(StatusCode.Aborted, "own");
        if (request.Text == "complete") context.Status = Status.DefaultSuccess;
    }

    public override async Task<Word> Client(IAsyncStreamReader<Word> requests, ServerCallContext context)
    {
        if (!await requests.MoveNext(context.CancellationToken)) throw new RpcException(new Status(StatusCode.InvalidArgument, "nothing was sent"));
        var (how, count) = (requests.Current.Text, 1);
        Gate.Say($"{how} has begun");
        using var foreign = new CancellationTokenSource();
        try
        {
            await foreach (var _ in requests.ReadAllAsync(how == "foreign-token" ? foreign.Token : CancellationToken.None)) count++;
            Gate.Say($"{how} has read all");
            await UntilAsync(context.CancellationToken);
        }
        catch (Exception) when (how == "return")
        {
            // And answers as if nothing were.
        }
        return new Word { Text = $"{count}" };
    }

    public override async Task Duplex(IAsyncStreamReader<Word> requests, IServerStreamWriter<Word> responses, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync())
        {
            if (request.Text == "read-timeout") await TimeOutAsync(requests, responses);
            if (request.Text == "flood") await FloodAsync(responses);
            await responses.WriteAsync(request);
        }
    }

    private static async Task TimeOutAsync(IAsyncStreamReader<Word> requests, IServerStreamWriter<Word> responses)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(0.1));
        try
        {
            await requests.MoveNext(timeout.Token);
        }
        catch (OperationCanceledException e) when (e.CancellationToken == timeout.Token)
        {
            await responses.WriteAsync(new Word { Text = "timed out" });
        }
    }

    private static async Task FloodAsync(IServerStreamWriter<Word> responses)
    {
        for (var much = new Word { Text = new string('x', 100_000) }; ;)
        {
            var writing = responses.WriteAsync(much);
            if (await Task.WhenAny(writing, Task.Delay(500)) != writing) Gate.Say("the client has stopped reading");
            await writing;
        }
    }

    private static async Task UntilAsync(CancellationToken token) =>
        await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
