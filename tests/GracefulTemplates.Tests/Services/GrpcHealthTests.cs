using Grpc.Core;
using Grpc.Health.V1;
using Graceful.Service_1.Grpc.V1;
using Xunit.Abstractions;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace GracefulTemplates.Tests.Services;

public sealed class GrpcHealthTests(GrpcFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<GrpcFixture>
{
    /// <summary>The promise is 100 ms, and 26 were measured; the rest is for a machine that is busy with other tests.</summary>
    private const double AtOnce = 0.5;

    [Fact]
    public async Task Its_calls_are_in_no_metric_of_requests()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Settings = [.. Budget(delay: 0), .. receiver.Settings] });
        using (var client = new GrpcClient(service))
        {
            await client.Health.CheckAsync(new HealthCheckRequest());
            await client.Jobs.RunAsync(new RunRequest { Name = "x" });
        }

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(0, "drained");
        var point = Assert.Single(receiver.Exports("http.server.request.duration")[^1]);
        Assert.Equal(("/jobs.v1.Jobs/Run", 1), (point.Attributes["http.route"], point.Count));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task Watch_says_not_serving_at_the_signal_and_ends_and_does_not_hold_up_the_stop(double delay)
    {
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Settings = Budget(delay) });
        using var client = new GrpcClient(service);
        // Many, since without a delay draining begins at once, and must not be faster than they are.
        var watches = Enumerable.Range(0, 100)
            .Select(i => client.Health.Watch(new HealthCheckRequest { Service = i % 2 == 0 ? "" : "readiness" })).ToArray();
        foreach (var watch in watches)
            Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        service.Send(Signal.Terminate);

        var ends = await Task.WhenAll(watches.Select(EndAsync));
        Output.WriteLine($"NOT_SERVING {ends.Min().TotalMilliseconds:0} to {ends.Max().TotalMilliseconds:0} ms after the signal, delay {delay} s");
        Assert.InRange(ends.Max().TotalSeconds, 0, AtOnce);
        (await service.EndAsync()).Is(0, "drained").Within(delay + 1.5);

        async Task<TimeSpan> EndAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
        {
            Assert.Equal(ServingStatus.NotServing, await UntilNotServingAsync(watch));
            var took = service.Now - service.SignalledAt;
            Assert.Equal(StatusCode.OK, (await client.EndAsync(watch.ResponseStream)).Status.StatusCode);
            watch.Dispose();
            return took;
        }
    }

    [Fact]
    public async Task In_the_delay_check_agrees_and_calls_are_served()
    {
        const string Category = "Microsoft.Extensions.Diagnostics.HealthChecks";
        // Whoever sets a level is not filtered, as Serilog and NLog are not.
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Settings = [.. Budget(2), ($"Logging:LogLevel:{Category}", "Information")] });
        using var client = new GrpcClient(service);
        foreach (var name in (string[])["", "readiness", "liveness"])
            Assert.Equal(ServingStatus.Serving, await CheckAsync(name));

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync("the stop", entry => entry.Says("Stopping on SIGTERM")); // Its event id is that of a check, too.

        Assert.Equal(ServingStatus.NotServing, await CheckAsync(""));
        Assert.Equal(ServingStatus.NotServing, await CheckAsync("readiness"));
        Assert.Equal(ServingStatus.Serving, await CheckAsync("liveness"));
        Assert.Equal("x", (await client.Jobs.RunAsync(new RunRequest { Name = "x" })).Name);
        using (var late = new GrpcClient(service))
        {
            Assert.Equal("late", (await late.Jobs.RunAsync(new RunRequest { Name = "late" })).Name);
            using var watch = late.Health.Watch(new HealthCheckRequest());
            Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        }
        (await service.EndAsync()).Is(0, "drained").Within(2 + 1.5);
        // The publisher of the health checks may come in between, once in 30 s.
        Assert.InRange(service.Log.Entries.Count(entry => entry.Category.StartsWith(Category, StringComparison.Ordinal) && entry.At > service.SignalledAt), 0, 1);

        async Task<ServingStatus> CheckAsync(string name) => (await client.Health.CheckAsync(new HealthCheckRequest { Service = name })).Status;
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext());
        return watch.ResponseStream.Current.Status;
    }

    // The publisher of the health checks may repeat itself in between.
    private static async Task<ServingStatus> UntilNotServingAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        var status = ServingStatus.Serving;
        while (status == ServingStatus.Serving) status = await NextAsync(watch);
        return status;
    }
}
