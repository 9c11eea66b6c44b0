using System.Net;
using Rollout.Model;

namespace Rollout.Load;

/// <summary>How clients of one kind behave.</summary>
/// <param name="Clients">
/// Each has a connection pool of its own: one that many share reuses its hottest connections and hides the race between a client that
/// sends and a server that closes.
/// </param>
internal sealed record ClientShape(int Clients, int PerClient, int MaxThinkMilliseconds, double JobSeconds)
{
    public Protocol Protocol { get; init; }

    /// <summary>Every request on a connection of its own.</summary>
    public bool ClosesEach { get; init; }
}

/// <summary>Clients that POST jobs. A POST is not sent again by HttpClient, so what fails is seen.</summary>
internal sealed class HttpClients(Series series, ClientShape shape, IReadOnlyList<IRoute> routes)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(0.1);

    /// <summary>Sends until it is told to stop; then every answer is still waited for.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, shape.Clients).Select(index => RunClientAsync(routes[index % routes.Count], stop)));

    private async Task RunClientAsync(IRoute route, CancellationToken stop)
    {
        Pod? pod = null;
        using var client = Connect(route, shape.Protocol, connection => pod = Pod.Behind(connection));
        // With one request at a time the last connection is that of the request.
        Func<Pod?>? servedBy = shape.PerClient == 1 && shape.JobSeconds < 1 ? () => pod : null;
        await Task.WhenAll(Enumerable.Range(0, shape.PerClient).Select(_ => SendAsync(client, servedBy, stop)));
    }

    private async Task SendAsync(HttpClient client, Func<Pod?>? servedBy, CancellationToken stop)
    {
        var patience = Series.Patience + TimeSpan.FromSeconds(shape.JobSeconds);
        await Task.Delay(Random.Shared.Next(shape.MaxThinkMilliseconds + 1), CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            var failed = series.Failed;
            await series.CountAsync(async timeout =>
            {
                using var request = Request();
                using var response = await client.SendAsync(request, timeout);
                response.EnsureSuccessStatusCode();
            }, patience, servedBy: servedBy);
            if (series.Failed > failed) await Task.Delay(AfterFailure, CancellationToken.None);
            await Task.Delay(Random.Shared.Next(shape.MaxThinkMilliseconds + 1), CancellationToken.None);
        }
    }

    private HttpRequestMessage Request() => new(HttpMethod.Post, "http://service/jobs")
    {
        Version = shape.Protocol == Protocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Headers = { ConnectionClose = shape.ClosesEach ? true : null },
        Content = new StringContent(FormattableString.Invariant($$"""{"name":"load","seconds":{{shape.JobSeconds}}}"""), null, "application/json"),
    };

    public static HttpClient Connect(IRoute route, Protocol protocol, Action<Stream>? connected = null) =>
        new(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(route, protocol, connected, cancellation) })
        {
            Timeout = Timeout.InfiniteTimeSpan, // The series has a patience of its own.
        };

    public static async ValueTask<Stream> ConnectAsync(IRoute route, Protocol protocol, Action<Stream>? connected, CancellationToken cancellationToken)
    {
        var stream = await route.ConnectAsync(protocol, cancellationToken);
        connected?.Invoke(stream);
        return stream;
    }
}
