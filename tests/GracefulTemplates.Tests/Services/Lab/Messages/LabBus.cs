using Graceful.Service_1.Messaging;

namespace Graceful.Service_1.Jobs;

/// <summary>What a handler publishes to at its end. Users register it behind the consumer, so in stock it stops before that.</summary>
internal sealed class LabBus : LabService
{
    private static volatile bool _hasStopped;

    public static void Publish()
    {
        if (_hasStopped) throw new InvalidOperationException("The lab's bus has stopped.");
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        Gate.Say("the bus has stopped");
        _hasStopped = true;
        return Task.CompletedTask;
    }
}

internal static class LabInProgram
{
    public static void AddLab(this WebApplicationBuilder builder)
    {
        builder.Services.AddHostedService<LabBus>();
        if (Environment.GetEnvironmentVariable("Lab__Parts") == "second-topic") builder.AddMessaging<JobHandler>();
    }
}
