using Rollout.Model;

namespace Rollout.Load;

/// <summary>Clients of server-sent events. A clean end is an invitation to connect again, which they do at once; a reset is a failure.</summary>
internal sealed class StreamClients(Series series, int clients, IReadOnlyList<IRoute> routes)
{
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(index => WatchAsync(routes[index % routes.Count], stop)));

    private async Task WatchAsync(IRoute route, CancellationToken stop)
    {
        using var client = HttpClients.Connect(route, Protocol.Http1);
        while (!stop.IsCancellationRequested)
        {
            var failed = series.Failed;
            await series.CountAsync(cancellation => ReadAsync(client, cancellation), Timeout.InfiniteTimeSpan, stop);
            if (series.Failed > failed) await Task.Delay(TimeSpan.FromSeconds(0.5), CancellationToken.None);
        }
    }

    private static async Task ReadAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync("http://service/jobs/progress", HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .WaitAsync(Series.Patience, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await events.ReadLineAsync(cancellationToken) is not null) { }
    }
}
