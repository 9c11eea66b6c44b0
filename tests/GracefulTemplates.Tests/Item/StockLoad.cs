using System.Net;
using GracefulTemplates.Tests.Services;
using GracefulTemplates.Tests.Services.Load;

namespace GracefulTemplates.Tests.Item;

/// <summary>
/// Requests to a service that is not ours: half of the clients keep their connection, the others make one for each request. They have a body,
/// for HttpClient sends a GET without one again when its connection was closed.
/// </summary>
/// <param name="probes">As the kubelet asks: a connection for each. Only requests are told to leave, not probes.</param>
internal sealed class StockLoad(LoadTarget target, string path, bool probes = false)
{
    private const int Clients = 8, MaxThinkMilliseconds = 20;

    private readonly LoadCount _count = new();

    public long Requests => _count.Done;
    public int Failed => _count.Failed;

    /// <summary>Sends until it is told to stop; then every answer is still waited for.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => RunClientAsync(keepAlive: !probes && client % 2 == 0, stop), CancellationToken.None)));

    public override string ToString() => $"GET {path}: {_count}";

    private async Task RunClientAsync(bool keepAlive, CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectCallback = (_, cancellation) => target.ConnectAsync(HttpVersion.Version11, cancellation) };
        using var client = new HttpClient(handler) { Timeout = ServiceProcess.Patience };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "http://service" + path) { Content = new StringContent("x") };
                request.Headers.ConnectionClose = !keepAlive;
                using var response = await client.SendAsync(request, CancellationToken.None);
                if (response.StatusCode != HttpStatusCode.OK)
                    _count.AddFailure($"status {(int)response.StatusCode}", "");
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                _count.AddFailure((e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name, e.GetBaseException().Message);
            }
            _count.Add();
            await Task.Delay(Random.Shared.Next(MaxThinkMilliseconds + 1), CancellationToken.None);
        }
    }
}
