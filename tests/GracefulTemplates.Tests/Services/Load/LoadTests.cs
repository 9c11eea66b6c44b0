using System.Diagnostics;
using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Load;

[Trait("Category", "Slow")]
public sealed class LoadTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    private static readonly ServiceStart Service = new() { Http2 = true, Settings = Budget(delay: 2) };

    [Fact]
    public async Task Ten_restarts_under_load_lose_no_request()
    {
        var target = new LoadTarget();
        LoadSeries post = Http1(HttpMethod.Post, 16), get = Http1(HttpMethod.Get, 8), post2 = Http2(HttpMethod.Post), get2 = Http2(HttpMethod.Get);

        var restarts = await RestartAsync(target, atLeast: 10, until: () => post.Requests >= 20_000, post, get, post2, get2);

        Assert.True(post.Failed == 0 && post.Requests >= 20_000, $"{post}");
        Assert.True(get.Failed == 0, $"{get}");
        Assert.True(post2.Failed == 0, $"{post2}");
        Assert.True(get2.Failed == 0, $"{get2}");
        // Closed immediately after GOAWAY, connections cost up to 1.5 a restart with a load of 25; with a second to leave, none in 20 (ADR 20).
        Assert.True(post2.SentAgain + get2.SentAgain <= restarts / 3, $"{post2}\n{get2}");

        LoadSeries Http1(HttpMethod method, int clients) => new(target, method, HttpVersion.Version11, clients, perClient: 1, maxThinkMilliseconds: 20);
        LoadSeries Http2(HttpMethod method) => new(target, method, HttpVersion.Version20, clients: 4, perClient: 4, maxThinkMilliseconds: 60);
    }

    [LongFact]
    public async Task A_hundred_restarts_lose_none_of_a_million_requests()
    {
        var target = new LoadTarget();
        var post = new LoadSeries(target, HttpMethod.Post, HttpVersion.Version11, clients: 16, perClient: 1, maxThinkMilliseconds: 1);

        await RestartAsync(target, atLeast: 100, until: () => post.Requests >= 1_000_000, post);

        Assert.True(post.Failed == 0, $"{post}");
    }

    private async Task<int> RestartAsync(LoadTarget target, int atLeast, Func<bool> until, params LoadSeries[] load)
    {
        var took = Stopwatch.StartNew();
        var restarts = await Restarts.RunAsync(target, () => StartReadyAsync(Service), ending => ending.Is(0, "drained"),
            restarts => restarts >= atLeast && until(), [.. load.Select<LoadSeries, Func<CancellationToken, Task>>(series => series.RunAsync)]);
        Output.WriteLine($"{restarts} restarts in {took.Elapsed.TotalSeconds:0} s\n{string.Join('\n', load.Select(series => series.ToString()))}");
        return restarts;
    }
}
