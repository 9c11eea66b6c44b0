using Graceful.Service_1.Grpc.V1;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>What tests of the service with all three transports have in common.</summary>
public abstract class CombinedTests(CombinedFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output)
{
    /// <summary>A service with all its ports, and a topic of this test.</summary>
    protected ServiceStart Service(double drain = 10, double delay = 0, params (string Key, string Value)[] settings) =>
        Consumer(drain, delay, settings) with { Http2 = true };

    /// <summary>A service that is ready, also for messages, which its readiness does not wait for.</summary>
    protected async Task<ServiceProcess> StartConsumingAsync(ServiceStart start)
    {
        var service = await StartReadyAsync(start);
        await UntilAsync("it consumes", statistics => statistics.Consumers.Count > 0);
        return service;
    }

    /// <summary>A call that has begun; the task is its answer.</summary>
    internal static async Task<Task<RunReply>> BeginCallAsync(ServiceProcess service, GrpcClient client, string name, double seconds)
    {
        var answer = client.Jobs.RunAsync(new RunRequest { Name = name, Seconds = seconds }).ResponseAsync;
        await service.Log.UntilAsync($"call {name} begun", entry => entry.EventId == LogEntry.JobBegun && entry.State("Job").GetString() == name);
        return answer;
    }

    /// <summary>A message that is being handled.</summary>
    protected async Task BeginMessageAsync(string name, double seconds)
    {
        await PublishAsync(name, seconds);
        await Journal.UntilAsync("begin", name);
    }
}
