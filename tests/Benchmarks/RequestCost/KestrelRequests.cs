using System.Threading.Channels;
using Graceful.Service_1.Shutdown;

namespace Benchmarks.RequestCost;

/// <summary>
/// Real requests that stay open: what a middleware costs depends on the features of its HttpContext, and Kestrel's are nothing like
/// the dictionary of one made by hand.
/// </summary>
internal sealed class KestrelRequests : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ShutdownSignals _signals = new();
    private readonly HttpClient _client = new();
    private readonly Channel<HttpContext> _arrived = Channel.CreateUnbounded<HttpContext>();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private KestrelRequests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddGracefulShutdown(_signals);
        _app = builder.Build();
        _app.MapMethods("/jobs/{id}", ["GET", "POST"], (int id, HttpContext context) => StayAsync(context)).WithName("Job").WithTags("Jobs").Produces<string>().ProducesProblem(400);
    }

    public IServiceProvider Services => _app.Services;

    public static async Task<KestrelRequests> StartAsync()
    {
        var requests = new KestrelRequests();
        await requests._app.StartAsync();
        return requests;
    }

    public async Task<HttpContext> OpenAsync(HttpMethod method)
    {
        var request = new HttpRequestMessage(method, $"{_app.Urls.Single()}/jobs/1");
        if (method == HttpMethod.Post) request.Content = new StringContent("{}");
        _ = _client.SendAsync(request);
        return await _arrived.Reader.ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _end.SetResult();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _client.Dispose();
        _signals.Dispose();
    }

    private Task StayAsync(HttpContext context)
    {
        _arrived.Writer.TryWrite(context);
        return _end.Task;
    }
}
