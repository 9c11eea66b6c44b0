using System.Net;
using GracefulTemplates.Tests.Services.Load;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>The load of <see cref="LoadTests"/> with a hub, a stream and a queue on top.</summary>
[Trait("Category", "Slow")]
public sealed class CrowdLoadTests(ITestOutputHelper output) : CrowdTests(output)
{
    [Fact]
    public Task Three_restarts_under_load_lose_nothing() => RestartAsync(3);

    [LongFact]
    public Task Ten_restarts_under_load_lose_nothing() => RestartAsync(10);

    private async Task RestartAsync(int times)
    {
        var target = new LoadTarget();
        List<IAsyncDisposable> clients = [];
        var post = Load("/jobs");
        var enqueue = Load("/crowd/enqueue");
        var (processed, streams) = (0, new List<Task>());

        await Restarts.RunAsync(target, StartAsync, Ended, restarts => restarts >= times, post.RunAsync, enqueue.RunAsync);

        Output.WriteLine($"{times} restarts: {post}; {enqueue}; {processed} items processed by those that were stopped");
        Assert.True(post is { Failed: 0, Requests: > 100 }, $"{post}");
        Assert.True(enqueue is { Failed: 0, Requests: > 100 }, $"{enqueue}");
        Assert.InRange(processed, 1, enqueue.Requests);
        await Task.WhenAll(streams.SkipLast(1)); // The last service is not asked to stop.
        foreach (var client in clients) await client.DisposeAsync();

        LoadSeries Load(string path) => new(target, HttpMethod.Post, HttpVersion.Version11, clients: 6, perClient: 1, maxThinkMilliseconds: 20, path);

        // Each with a client of the hub that would come back at once, and with a reader of the stream.
        async Task<ServiceProcess> StartAsync()
        {
            var service = await StartReadyAsync(Make.Graceful, "busy-queue", delay: 2);
            var hub = new HubConnectionBuilder().WithUrl($"http://127.0.0.1:{service.Port}/hub", HttpTransportType.WebSockets)
                .WithAutomaticReconnect([.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 1000)]).Build();
            await hub.StartAsync();
            Assert.Equal("hello", await hub.InvokeAsync<string>("Echo", "hello"));
            clients.Add(hub);
            var events = await service.Client.GetStreamAsync("/jobs/progress");
            streams.Add(events.CopyToAsync(Stream.Null)); // Fails when it is cut off.
            return service;
        }

        void Ended(Ending ending)
        {
            ending.IsDrained(Make.Graceful);
            var counts = Assert.Single(ending.Log.LabSaid("queue: ")).Split(' ');
            Assert.Equal(counts[0], counts[2]);
            processed += int.Parse(counts[0], System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
