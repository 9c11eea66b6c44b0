using Grpc.Core;
using Grpc.Net.Client;
using Rollout.Model;

namespace Rollout.Load;

/// <summary>Clients that make unary calls without retries, each over one connection or over a new one for every call.</summary>
internal sealed class GrpcClients(Series series, bool newConnections, bool isGraceful, IReadOnlyList<IRoute> routes)
{
    private const int Clients = 6;
    private const int PerClient = 3;
    private const int MaxThinkMilliseconds = 200;

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(message => message, bytes => bytes);

    // The first field of both requests is the name.
    private static readonly byte[] Request = [0x0A, 4, .. "load"u8];

    private readonly Method<byte[], byte[]> _method = isGraceful
        ? new(MethodType.Unary, "jobs.v1.Jobs", "Run", Bytes, Bytes)
        : new(MethodType.Unary, "greet.Greeter", "SayHello", Bytes, Bytes);

    /// <summary>Calls until it is told to stop; then every answer is still waited for.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(index => RunClientAsync(routes[index % routes.Count], stop)));

    private async Task RunClientAsync(IRoute route, CancellationToken stop)
    {
        using var channel = Connect(route);
        await Task.WhenAll(Enumerable.Range(0, newConnections ? 1 : PerClient).Select(_ => WorkAsync(route, channel, stop)));
    }

    private async Task WorkAsync(IRoute route, GrpcChannel shared, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Pod? pod = null;
            await series.CountAsync(async timeout =>
            {
                using var own = newConnections ? Connect(route, connection => pod = Pod.Behind(connection)) : null;
                await (own ?? shared).CreateCallInvoker().AsyncUnaryCall(_method, null, new CallOptions(cancellationToken: timeout), Request).ResponseAsync;
            }, Series.Patience, servedBy: () => pod);
            await Task.Delay(Random.Shared.Next(MaxThinkMilliseconds + 1), CancellationToken.None);
        }
    }

    private static GrpcChannel Connect(IRoute route, Action<Stream>? connected = null) => GrpcChannel.ForAddress("http://service", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, cancellation) => HttpClients.ConnectAsync(route, Protocol.Http2, connected, cancellation) },
        DisposeHttpClient = true,
    });
}
