using System.Net;

namespace GracefulTemplates.Tests.Services.Load;

/// <summary>
/// Clients of one kind, each with a connection pool of its own: a pool that many share reuses its hottest connections and hides the
/// race between a client that sends and a server that closes. A POST is not sent again by HttpClient, a GET is.
/// </summary>
internal sealed class LoadSeries(LoadTarget target, HttpMethod method, Version version, int clients, int perClient, int maxThinkMilliseconds,
    string path = "/jobs")
{
    private readonly LoadCount _count = new();
    private int _sentAgain;

    public long Requests => _count.Done;
    public int Failed => _count.Failed;

    /// <summary>How many the client had given up unsent.</summary>
    public int SentAgain => _sentAgain;

    /// <summary>Sends until it is told to stop; then every answer is still waited for.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(_ => RunClientAsync(stop)));

    public override string ToString() => $"HTTP/{version} {method}: {SentAgain} sent again, {_count}";

    private async Task RunClientAsync(CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, cancellation) => target.ConnectAsync(version, cancellation) };
        using var client = new HttpClient(handler) { Timeout = ServiceProcess.Patience };
        await Task.WhenAll(Enumerable.Range(0, perClient).Select(_ => Task.Run(() => SendAsync(client, stop), CancellationToken.None)));
    }

    private async Task SendAsync(HttpClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await UnsentCall.OnceMoreAsync(() => SendAsync(client))) Interlocked.Increment(ref _sentAgain);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                _count.AddFailure((e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name, e.GetBaseException().Message);
            }
            _count.Add();
            await Task.Delay(Random.Shared.Next(maxThinkMilliseconds + 1), CancellationToken.None);
        }
    }

    private async Task SendAsync(HttpClient client)
    {
        using var request = Request();
        using var response = await client.SendAsync(request, CancellationToken.None);
        if (response.StatusCode != HttpStatusCode.OK)
            _count.AddFailure($"status {(int)response.StatusCode}", "");
    }

    private HttpRequestMessage Request() => new(method, method == HttpMethod.Get ? "http://service/healthz" : $"http://service{path}")
    {
        Version = version,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = method == HttpMethod.Get ? null : new StringContent("""{"name":"load","seconds":0}""", null, "application/json"),
    };
}
