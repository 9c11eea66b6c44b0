using System.Text.Json;
using DotPulsar;
using DotPulsar.Abstractions;
using DotPulsar.Extensions;
using Shop.Jobs;

namespace Shop;

/// <summary>
/// The sample of DotPulsar's repository (samples/Consuming/MessagesWorker.cs) in the stock template. It handles one message at a time;
/// here as many loops share its consumer as the graceful worker has handlers, so that both can do the same work.
/// </summary>
public sealed class Worker(JobRunner jobs, IConfiguration configuration) : BackgroundService
{
    private const int Handlers = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var client = PulsarClient.Builder().ServiceUrl(new Uri(configuration["Pulsar:ServiceUrl"]!)).Build();
        await using var consumer = client.NewConsumer(Schema.String)
            .SubscriptionName(configuration["Pulsar:Subscription"]!)
            .SubscriptionType(SubscriptionType.Shared) // The default lets one replica in.
            .Topic(configuration["Pulsar:Topic"]!)
            .Create();
        await Task.WhenAll(Enumerable.Range(0, Handlers).Select(_ => HandleAsync(consumer, stoppingToken)));
    }

    // As in the sample the handling has no token, so that it finishes what it began. The acknowledgement has it.
    private async Task HandleAsync(IConsumer<string> consumer, CancellationToken stoppingToken)
    {
        await foreach (var message in consumer.Messages(stoppingToken))
        {
            var job = JsonSerializer.Deserialize<Job>(message.Value(), JsonSerializerOptions.Web)!;
            await jobs.RunAsync(job.Name, job.Seconds, CancellationToken.None);
            await consumer.Acknowledge(message, stoppingToken);
        }
    }

    private sealed record Job(string Name, double Seconds);
}
