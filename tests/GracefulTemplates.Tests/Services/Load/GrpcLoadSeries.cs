using System.Net;
using Grpc.Core;
using Grpc.Net.Client;

namespace GracefulTemplates.Tests.Services.Load;

/// <summary>
/// Workers that make unary calls without a retry policy. Most share the connection of a channel, as a gRPC client does; the others connect
/// for every call, so that some connection is always about to be made.
/// </summary>
internal sealed class GrpcLoadSeries(LoadTarget target, Func<CallInvoker, Task> call, int channels, int perChannel, int connecting)
{
    private const int MaxThinkMilliseconds = 20;

    private readonly LoadCount _count = new();

    public long Calls => _count.Done;
    public int Failed => _count.Failed;

    /// <summary>Calls until it is told to stop; then every answer is still waited for.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        [.. Enumerable.Range(0, channels).Select(_ => ShareAsync(stop)), .. Enumerable.Range(0, connecting).Select(_ => ConnectAsync(stop))]);

    public override string ToString() => $"unary calls: {_count}";

    private async Task ShareAsync(CancellationToken stop)
    {
        using var channel = Channel();
        await Task.WhenAll(Enumerable.Range(0, perChannel).Select(_ => WorkAsync(() => CallAsync(channel), stop)));
    }

    private Task ConnectAsync(CancellationToken stop) => WorkAsync(async () =>
    {
        using var channel = Channel();
        await CallAsync(channel);
    }, stop);

    private static async Task WorkAsync(Func<Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Run(work, CancellationToken.None);
            await Task.Delay(Random.Shared.Next(MaxThinkMilliseconds + 1), CancellationToken.None);
        }
    }

    private async Task CallAsync(GrpcChannel channel)
    {
        try
        {
            await UnsentCall.OnceMoreAsync(() => call(channel.CreateCallInvoker()));
        }
        catch (RpcException e)
        {
            _count.AddFailure($"{e.StatusCode}", e.Status.Detail);
        }
        _count.Add();
    }

    private GrpcChannel Channel() => GrpcChannel.ForAddress("http://service", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, cancellation) => target.ConnectAsync(HttpVersion.Version20, cancellation) },
        DisposeHttpClient = true,
    });
}
