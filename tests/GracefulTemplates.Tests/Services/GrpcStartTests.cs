using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using GracefulTemplates.Tests.Services.Crowd;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class GrpcStartTests(GrpcFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<GrpcFixture>
{
    [Theory]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8080")] // What the container images set.
    [InlineData("ASPNETCORE_ENVIRONMENT", "Development")]
    public async Task Nothing_is_warned_of_at_the_start(string variable, string value)
    {
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Settings = [.. Budget(delay: 0), (variable, value), ("Logging:Console:FormatterName", "json")] });

        service.Send(Signal.Terminate);

        var entries = (await service.EndAsync()).Log.Entries.Where(entry => !entry.IsPlain).ToArray();
        Assert.NotEmpty(entries);
        Assert.All(entries, entry => Assert.Equal("Information", entry.Level));
    }

    [Fact]
    public async Task Its_own_call_goes_through_the_whole_pipeline_and_runs_no_job()
    {
        const int warmedUp = 202;
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Lab = "tell-requests" });

        await service.Log.UntilLabSaysAsync("http POST /jobs.v1.Jobs/Run 200"); // The status of the call is in its trailers.
        Assert.Equal("grpc", (await service.Log.UntilAsync(warmedUp)).State("Names").GetString());
        Assert.Single(service.Log.LabSaid("http POST /jobs.v1.Jobs/Run 200"));
        Assert.Empty(service.Log.Of(LogEntry.JobBegun));
    }

    [Fact]
    public async Task A_port_that_somebody_else_wished_for_is_warned_of()
    {
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Settings = [("ASPNETCORE_HTTP_PORTS", "9090")] });

        await service.Log.UntilAsync("the warning", entry => entry.Level == "Warning" && entry.Message.Contains("9090"));
    }

    [Theory]
    [InlineData("Development", StatusCode.OK)]
    [InlineData("Production", StatusCode.Unimplemented)]
    public async Task Reflection_is_for_development(string environment, StatusCode status)
    {
        await using var service = await StartReadyAsync(new ServiceStart { Http2 = true, Settings = [("ASPNETCORE_ENVIRONMENT", environment)] });
        using var client = new GrpcClient(service);
        using var call = new ServerReflection.ServerReflectionClient(client.Invoker).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(status, (await client.EndAsync(call.ResponseStream)).Status.StatusCode);
    }
}
