using System.Net;
using System.Net.Http.Json;
using Graceful.Service_1.Grpc.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using GracefulTemplates.Lab;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>Clients that stop reading, interceptors of the user's, pods that are gone.</summary>
[Trait("Category", "Slow")]
public sealed class GrpcCrowdTests(GrpcFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<GrpcFixture>
{
    [Fact]
    public async Task A_client_that_has_stopped_reading_does_not_hold_up_the_stop()
    {
        await using var service = await StartReadyAsync(Grpc(""));
        using var client = new GrpcClient(service);
        using var call = client.Streams.Server(new Word { Text = "flood" });

        await StopUnreadAsync(service, client, call.ResponseStream);
    }

    [Fact]
    public async Task Nor_does_one_that_only_writes_to_a_duplex_stream()
    {
        await using var service = await StartReadyAsync(Grpc(""));
        using var client = new GrpcClient(service);
        using var call = client.Streams.Duplex();
        await call.RequestStream.WriteAsync(new Word { Text = "flood" });

        await StopUnreadAsync(service, client, call.ResponseStream);
    }

    private async Task StopUnreadAsync(ServiceProcess service, GrpcClient client, IAsyncStreamReader<Word> responses)
    {
        Assert.True(await responses.MoveNext());
        await service.Log.UntilLabSaysAsync("the client has stopped reading");

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(0, "drained").SaidSo().Soon();
        var end = await client.EndAsync(responses);
        Output.WriteLine($"The client sees {end.Status}");
        Assert.NotEqual(StatusCode.OK, end.Status.StatusCode); // The window is full: ours cannot pass, and the client's own depends on when it reads on.
    }

    [Theory]
    [InlineData("map-exceptions-in-front")]
    [InlineData("map-exceptions-behind")]
    public async Task An_interceptor_that_maps_exceptions_leaves_the_status_of_the_stop_alone(string interceptor)
    {
        await using var service = await StartReadyAsync(Grpc(interceptor));
        using var client = new GrpcClient(service);
        using (var broken = client.Streams.Client())
        {
            await broken.RequestStream.CompleteAsync(); // The lab answers with a status of its own.
            Assert.Equal(StatusCode.InvalidArgument, (await client.EndAsync(broken.ResponseAsync)).Status.StatusCode);
        }
        using var server = client.Streams.Server(new Word { Text = "ignore-token" });
        Assert.True(await server.ResponseStream.MoveNext());
        using var upload = client.Streams.Client();
        await upload.RequestStream.WriteAsync(new Word { Text = "ignore-token" });
        await service.Log.UntilLabSaysAsync("ignore-token has begun");

        service.Send(Signal.Terminate);

        StreamEnd[] ends = await Task.WhenAll(client.EndAsync(server.ResponseStream), client.EndAsync(upload.ResponseAsync));
        Assert.All(ends, end => Assert.Equal(StreamEnd.ShuttingDown, end.Said));
        (await service.EndAsync()).Is(0, "drained");
    }

    // gRPC-JSON transcoding: the same methods over HTTP/1.1.
    [Fact]
    public async Task What_is_called_by_JSON_is_finished_and_a_stream_ends_with_the_status_of_the_stop()
    {
        await using var service = await StartReadyAsync(Grpc("json"));
        using var watch = await service.Client.GetAsync("/v1/progress", HttpCompletionOption.ResponseHeadersRead);
        using var progress = new StreamReader(await watch.Content.ReadAsStreamAsync());
        Assert.Equal("""{"done":0}""", await progress.ReadLineAsync());
        var job = service.Client.PostAsJsonAsync("/v1/jobs/by-json", new { seconds = 2 });
        await service.Log.UntilBegunAsync();

        service.Send(Signal.Terminate);

        Assert.Equal("""{"code":14,"message":"server is shutting down","details":[]}""", (await progress.ReadToEndAsync()).TrimEnd().Split('\n')[^1]);
        using var answer = await job;
        Assert.Equal((true, """{"name":"by-json","seconds":2}"""), (answer.Headers.ConnectionClose, await answer.Content.ReadAsStringAsync()));
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo();
        Assert.Equal((2, 2, 0), (ending.Work("inFlightAtSignal"), ending.Work("completed"), ending.Work("aborted")));
    }

    [Fact]
    public async Task The_channel_of_the_page_does_not_hang_on_a_pod_that_is_gone()
    {
        var took = await CallPastTheDeadAsync(ConnectTimeoutOfThePage(), StatusCode.Unavailable, StatusCode.Cancelled);

        Assert.All(took, call => Assert.True(call is { Status: StatusCode.OK, Seconds: < 8 }, $"{call}"));
    }

    // What K2 of cases.md saw: the reason for two lines on the page.
    [Fact]
    public async Task Without_its_connect_timeout_calls_hang_for_their_whole_deadline()
    {
        var took = await CallPastTheDeadAsync(Timeout.InfiniteTimeSpan, StatusCode.Unavailable);

        Assert.Contains(took, call => call is { Status: StatusCode.DeadlineExceeded });
    }

    private async Task<(StatusCode Status, double Seconds)[]> CallPastTheDeadAsync(TimeSpan connectTimeout, params StatusCode[] retried)
    {
        await using var going = await StartReadyAsync(Grpc(""));
        await using var staying = await StartReadyAsync(Grpc(""));
        using var address = new PodAddress(going.Http2Port);
        using var channel = Channel(connectTimeout, retried, address.Port, staying.Http2Port);
        var jobs = new JobsClient(channel);
        while (!HasBegun(going, "hello") || !HasBegun(staying, "hello")) await jobs.RunAsync(new RunRequest { Name = "hello" });
        // One on each connection, so that the one to the pod that goes is still there when nobody answers there any more.
        var held = Enumerable.Range(0, 2).Select(_ => jobs.RunAsync(new RunRequest { Name = "held", Seconds = 8 }).ResponseAsync).ToArray();
        foreach (var service in (ServiceProcess[])[going, staying])
            await service.Log.UntilAsync("held begun", entry => entry.EventId == LogEntry.JobBegun && entry.State("Job").GetString() == "held");

        address.Vanish();
        going.Send(Signal.Terminate);
        await going.UntilClosedAsync();
        await Task.Delay(200); // GOAWAY is on its way to the client.

        var calls = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CallAsync(jobs)));
        Output.WriteLine(string.Join('\n', calls));
        await Task.WhenAll(held);
        (await going.EndAsync()).Is(0, "drained");
        return calls;
    }

    private static bool HasBegun(ServiceProcess service, string job) =>
        service.Log.Of(LogEntry.JobBegun).Any(entry => entry.State("Job").GetString() == job);

    private static async Task<(StatusCode Status, double Seconds)> CallAsync(JobsClient jobs)
    {
        var took = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            await jobs.RunAsync(new RunRequest { Name = "load" }, deadline: DateTime.UtcNow.AddSeconds(9));
            return (StatusCode.OK, took.Elapsed.TotalSeconds);
        }
        catch (RpcException e)
        {
            return (e.StatusCode, took.Elapsed.TotalSeconds);
        }
    }

    /// <summary>The channel of templates/graceful-grpc/docs/clients.md, but with addresses that need no DNS.</summary>
    private static GrpcChannel Channel(TimeSpan connectTimeout, StatusCode[] retried, params int[] ports)
    {
        var retry = new RetryPolicy
        {
            MaxAttempts = 4, InitialBackoff = TimeSpan.FromMilliseconds(50), MaxBackoff = TimeSpan.FromSeconds(1), BackoffMultiplier = 2,
        };
        foreach (var status in retried) retry.RetryableStatusCodes.Add(status);
        return GrpcChannel.ForAddress("static:///shop", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig
            {
                LoadBalancingConfigs = { new RoundRobinConfig() },
                MethodConfigs = { new MethodConfig { Names = { MethodName.Default }, RetryPolicy = retry } },
            },
            HttpHandler = new SocketsHttpHandler { ConnectTimeout = connectTimeout, EnableMultipleHttp2Connections = true },
            ServiceProvider = new ServiceCollection()
                .AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => [.. ports.Select(port => new BalancerAddress(IPAddress.Loopback.ToString(), port))]))
                .BuildServiceProvider(),
        });
    }

    private static TimeSpan ConnectTimeoutOfThePage()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.TemplatesFolder, "graceful-grpc", "docs", "clients.md"));
        var match = System.Text.RegularExpressions.Regex.Match(readme, @"ConnectTimeout = TimeSpan\.FromSeconds\((\d+)\)");
        Assert.True(match.Success, "The channel of clients.md has no ConnectTimeout.");
        Assert.Contains("StatusCode.Cancelled", readme); // What a connect that timed out becomes.
        return TimeSpan.FromSeconds(int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static ServiceStart Grpc(string parts) => new() { Http2 = true, Settings = Budget(delay: 0.3), Lab = parts };
}
