using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Graceful.Service_1.Tests;

/// <summary>Restarts the service under load as a rollout does, and says what clients have lost.</summary>
internal sealed class Rollout
{
    private const int Restarts = 2;
    private const int ClientsPerRequest = 4;

    /// <summary>How long after the signal new connections still come to the old process, for proxies learn of it late.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    private static readonly (string, string)[] Settings = [("Shutdown:DelaySeconds", "2")];

    private readonly ConcurrentQueue<(double Second, string What)> _lost = new(); // Seconds after SIGTERM.
    private readonly Func<ServiceProcess, Uri> _address;
    private volatile ServiceProcess? _routed; // Where new connections go.
    private long _signalledAt;

    private Rollout(Func<ServiceProcess, Uri> address) => _address = address;

    /// <param name="requests">What clients send, each over and over.</param>
    /// <param name="sendAsync">Sends one, over the connections of its client. Returns what went wrong, null for a good answer.</param>
    /// <param name="address">The port of the service that they connect to.</param>
    public static Task LosesNothingAsync<T>(IEnumerable<T> requests, Func<SocketsHttpHandler, T, Task<string?>> sendAsync, Func<ServiceProcess, Uri> address) =>
        new Rollout(address).RunAsync([.. requests.Select<T, Func<SocketsHttpHandler, Task<string?>>>(request => handler => sendAsync(handler, request))]);

    private async Task RunAsync(Func<SocketsHttpHandler, Task<string?>>[] requests)
    {
        using var stop = new CancellationTokenSource();
        List<string> badEndings = [];
        var current = _routed = await ServiceProcess.StartReadyAsync(Settings);
        var clients = requests.SelectMany(request => Enumerable.Repeat(request, ClientsPerRequest)).Select(request => SendAsync(request, stop.Token)).ToList();
        int sent;
        try
        {
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
            sent = (await Task.WhenAll(clients)).Sum();
        }
        finally
        {
            await stop.CancelAsync(); // Also when a new one does not start.
            await current.DisposeAsync();
        }

        var losses = _lost.GroupBy(loss => loss.What, loss => loss.Second)
            .Select(loss => $"  {loss.Count()} x {loss.Key}, {loss.Min():0.00} to {loss.Max():0.00} s after SIGTERM");
        Assert.True(_lost.IsEmpty && badEndings.Count == 0,
            $"{_lost.Count} of {sent} requests were lost in {Restarts} restarts:\n{string.Join('\n', [.. losses, .. badEndings])}");
    }

    /// <summary>One client. Returns how many requests it has sent.</summary>
    private async Task<int> SendAsync(Func<SocketsHttpHandler, Task<string?>> request, CancellationToken stop)
    {
        // Each client has connections of its own, which it keeps alive. Busy ones that all share would hide the loss of an idle one.
        using var handler = new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => await ConnectAsync(cancellation) };
        var sent = 0;
        while (!stop.IsCancellationRequested)
        {
            sent++;
            if (await request(handler) is { } loss) _lost.Enqueue((Stopwatch.GetElapsedTime(Volatile.Read(ref _signalledAt)).TotalSeconds, loss));
            await Task.Delay(Random.Shared.Next(200), CancellationToken.None);
        }
        return sent;
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var (socket, address) = (new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, _address(_routed!));
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
