using System.Text.Json;

namespace Graceful.Service_1.Tests;

public sealed class WorkerTests(PulsarBroker broker) : IClassFixture<PulsarBroker>
{
    private const string Subscription = "tests";

    private (string, string)[] Settings =>
    [
        ("Pulsar:ServiceUrl", broker.ServiceUrl), ("Pulsar:Topic", broker.Topic), ("Pulsar:Subscription", Subscription), ("Pulsar:Handlers", "4"),
    ];

    [BrokerFact]
    public async Task What_was_started_at_the_signal_is_finished_and_the_rest_is_left_to_others()
    {
        await using (var first = await ServiceProcess.StartReadyAsync(Settings))
        {
            await broker.PublishAsync(20, """{"name":"x","seconds":1}""");
            await broker.UntilAsync(Subscription, statistics => Backlog(statistics) is > 0 and < 20); // It is in the middle of them.

            first.Terminate();

            var (exitCode, report) = await first.EndAsync();
            var messages = report.GetProperty("messages");
            Assert.Equal(0, exitCode);
            Assert.Equal(messages.GetProperty("received").GetInt32(), messages.GetProperty("completed").GetInt32() + messages.GetProperty("released").GetInt32());
        }

        Assert.InRange(Backlog(await broker.UntilAsync(Subscription, _ => true)), 1, 19);
        await using var second = await ServiceProcess.StartReadyAsync(Settings);
        await broker.UntilAsync(Subscription, statistics => Backlog(statistics) == 0);
    }

    private static int Backlog(JsonElement statistics) => statistics.GetProperty("msgBacklog").GetInt32();
}
