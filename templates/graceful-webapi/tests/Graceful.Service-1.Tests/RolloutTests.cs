using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
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

    private const int Restarts = 2;
    private const int ClientsPerRequest = 4;

    /// <summary>How long after the signal new connections still come to the old process, for proxies learn of it late.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    private static readonly (string, string)[] Settings = [("Shutdown:DelaySeconds", "2")];

    private readonly ConcurrentQueue<(double Second, string What)> _lost = new(); // Seconds after SIGTERM.
    private volatile ServiceProcess? _routed; // Where new connections go.
    private long _signalledAt;
    private int _sent;

    [SignalFact]
    public async Task A_rollout_under_load_loses_no_request()
    {
        using var stop = new CancellationTokenSource();
        List<string> badEndings = [];
        var current = _routed = await ServiceProcess.StartReadyAsync(Settings);
        var clients = Requests.SelectMany(request => Enumerable.Repeat(request, ClientsPerRequest))
            .Select(request => SendAsync(request, stop.Token)).ToList();
        for (var restart = 0; restart < Restarts; restart++)
        {
            await using var old = current;
            current = await ServiceProcess.StartReadyAsync(Settings); // The new one is ready before the old one is stopped.
            Volatile.Write(ref _signalledAt, Stopwatch.GetTimestamp());
            old.Terminate();
            await Task.Delay(Lag);
            _routed = current;
            var (exitCode, report) = await old.EndAsync();
            if (exitCode != 0) badEndings.Add($"  exit code {exitCode}; what was cut off needs a longer Shutdown:GraceSeconds: {report}\n{old.Log}");
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        await current.DisposeAsync();

        var losses = _lost.GroupBy(loss => loss.What, loss => loss.Second)
            .Select(loss => $"  {loss.Count()} x {loss.Key}, {loss.Min():0.00} to {loss.Max():0.00} s after SIGTERM");
        Assert.True(_lost.IsEmpty && badEndings.Count == 0,
            $"{_lost.Count} of {_sent} requests were lost in {Restarts} restarts:\n{string.Join('\n', [.. losses, .. badEndings])}");
    }

    private async Task SendAsync(Func<HttpRequestMessage> create, CancellationToken stop)
    {
        // Each client has connections of its own, which it keeps alive. Busy ones that all share would hide the loss of an idle one.
        using var handler = new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => await ConnectAsync(cancellation) };
        using var client = new HttpClient(handler) { BaseAddress = new Uri("http://service") };
        while (!stop.IsCancellationRequested)
        {
            using var request = create();
            Interlocked.Increment(ref _sent);
            try
            {
                using var response = await client.SendAsync(request, CancellationToken.None);
                if (!response.IsSuccessStatusCode)
                    Lose(request, $"status {(int)response.StatusCode}; a handler must not use what is closed at the signal");
            }
            catch (HttpRequestException e)
            {
                Lose(request, e.HttpRequestError == HttpRequestError.ConnectionError
                    ? "refused; clients were still coming when the listener closed: raise Shutdown:DelaySeconds"
                    : "connection closed on it; raise Shutdown:DelaySeconds above the pauses between a client's requests");
            }
            await Task.Delay(Random.Shared.Next(200), CancellationToken.None);
        }
    }

    private void Lose(HttpRequestMessage request, string what) => _lost.Enqueue(
        (Stopwatch.GetElapsedTime(Volatile.Read(ref _signalledAt)).TotalSeconds, $"{request.Method} {request.RequestUri!.PathAndQuery}: {what}"));

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var (socket, address) = (new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, _routed!.Client.BaseAddress!);
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
