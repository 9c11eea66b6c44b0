using System.Net.Http.Json;
using Graceful.Service_1.Http;

namespace Graceful.Service_1.Tests;

/// <summary>The proof that clients do not notice a rollout: <c>dotnet test --filter Rollout</c>.</summary>
public sealed class RolloutTests
{
    /// <summary>
    /// Your requests: put in what your clients send, above all what must not be lost. Each is sent over and over while the service is
    /// restarted. POSTs show every loss; HttpClient would quietly send a GET again.
    /// </summary>
    private static readonly Func<HttpRequestMessage>[] Requests =
    [
        () => new(HttpMethod.Post, "/jobs") { Content = JsonContent.Create(new Job("short", 0.05)) },
        () => new(HttpMethod.Post, "/jobs") { Content = JsonContent.Create(new Job("longer than the delay", 3)) },
    ];

    [SignalFact]
    public Task A_rollout_under_load_loses_no_request() => Rollout.LosesNothingAsync(Requests, SendAsync, service => service.Client.BaseAddress!);

    private static async Task<string?> SendAsync(SocketsHttpHandler handler, Func<HttpRequestMessage> create)
    {
        using var request = create();
        using var client = new HttpClient(handler, disposeHandler: false) { BaseAddress = new Uri("http://service") };
        var name = $"{request.Method} {request.RequestUri}";
        try
        {
            using var response = await client.SendAsync(request);
            return response.IsSuccessStatusCode ? null : $"{name}: status {(int)response.StatusCode}; a handler must not use what is closed at the signal";
        }
        catch (HttpRequestException e)
        {
            return e.HttpRequestError == HttpRequestError.ConnectionError
                ? $"{name}: refused; clients were still coming when the listener closed: raise Shutdown:DelaySeconds"
                : $"{name}: connection closed on it; raise Shutdown:DelaySeconds above the pauses between a client's requests";
        }
    }
}
