using Graceful.Service_1.Grpc.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using static Grpc.Health.V1.HealthCheckResponse.Types;
using HealthClient = Grpc.Health.V1.Health.HealthClient;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace Graceful.Service_1.Tests;

public sealed class GrpcTests
{
    private static readonly WatchRequest All = new();

    private static CallOptions Options => new(cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_job_is_answered_when_it_is_done()
    {
        await using var service = await ServiceProcess.StartReadyAsync();
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);

        var reply = await new JobsClient(channel).RunAsync(new RunRequest { Name = "x", Seconds = 0.2 }, Options);

        Assert.Equal(new RunReply { Name = "x", Seconds = 0.2 }, reply);
    }

    [Theory]
    [InlineData("x", 601)]
    [InlineData("x", -1)]
    [InlineData("x", double.NaN)]
    [InlineData("", 1)]
    public async Task What_is_wrong_with_a_job_is_said_as_invalid_argument(string name, double seconds)
    {
        await using var service = await ServiceProcess.StartReadyAsync();
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var job = new RunRequest { Name = name, Seconds = seconds };

        var refusal = await Assert.ThrowsAsync<RpcException>(() => new JobsClient(channel).RunAsync(job, Options).ResponseAsync);

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    [SignalFact]
    public async Task A_job_in_flight_at_the_signal_is_answered()
    {
        await using var service = await ServiceProcess.StartReadyAsync(("Shutdown:DelaySeconds", "0"));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var jobs = new JobsClient(channel);
        var answer = jobs.RunAsync(new RunRequest { Name = "x", Seconds = 2 }, Options);
        await jobs.RunAsync(new RunRequest { Name = "behind it on the same connection" }, Options);

        service.Terminate();

        Assert.Equal("x", (await answer).Name);
        var report = await service.EndAsync(expectedExitCode: 0);
        Assert.Equal(1, report.GetProperty("work").GetProperty("inFlightAtSignal").GetInt32());
        Assert.Equal(1, report.GetProperty("work").GetProperty("completed").GetInt32());
    }

    [SignalFact]
    public async Task Streams_end_with_unavailable_when_draining_begins()
    {
        await using var service = await ServiceProcess.StartReadyAsync(("Shutdown:DelaySeconds", "0"));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var jobs = new JobsClient(channel);
        using var watch = jobs.Watch(All, Options);
        Assert.True(await watch.ResponseStream.MoveNext());
        using var runAll = jobs.RunAll(Options);
        await runAll.RequestStream.WriteAsync(new RunRequest { Name = "x" });
        Assert.True(await runAll.ResponseStream.MoveNext());

        service.Terminate();

        Assert.Equal("server is shutting down", (await EndAsync(watch.ResponseStream)).Detail);
        Assert.Equal("server is shutting down", (await EndAsync(runAll.ResponseStream)).Detail);
        await service.EndAsync(expectedExitCode: 0);
    }

    [SignalFact]
    public async Task Health_says_not_serving_at_the_signal_while_calls_are_still_served()
    {
        await using var service = await ServiceProcess.StartReadyAsync(("Shutdown:DelaySeconds", "3"));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var health = new HealthClient(channel);
        using var watch = health.Watch(new HealthCheckRequest(), Options);
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);

        service.Terminate();

        while (watch.ResponseStream.Current.Status != ServingStatus.NotServing) Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest { Service = "readiness" }, Options)).Status);
        Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = "liveness" }, Options)).Status);
        Assert.Equal("x", (await new JobsClient(channel).RunAsync(new RunRequest { Name = "x" }, Options)).Name);
        await service.EndAsync(expectedExitCode: 0);
    }

    private static async Task<Status> EndAsync<T>(IAsyncStreamReader<T> responses) where T : class
    {
        var end = await Assert.ThrowsAsync<RpcException>(async () => { while (await responses.MoveNext()) { } });
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        return end.Status;
    }
}
