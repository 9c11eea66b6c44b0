using System.Text.Json;

namespace Graceful.Service_1.Tests;

public sealed class WorkerTests(PulsarBroker broker) : IClassFixture<PulsarBroker>
{
    private const string Subscription = "tests";
    private const int Messages = 100; // Four at a time take 25 s: the signal comes in the middle, however slow the machine is.

    private (string, string)[] Settings(int handlers) =>
    [
        ("Pulsar:ServiceUrl", broker.ServiceUrl), ("Pulsar:Topic", broker.Topic), ("Pulsar:Subscription", Subscription), ("Pulsar:Handlers", $"{handlers}"),
    ];

    [BrokerFact]
    public async Task What_was_started_at_the_signal_is_finished_and_the_rest_is_left_to_others()
    {
        await using (var first = await ServiceProcess.StartReadyAsync(Settings(handlers: 4)))
        {
            await broker.PublishAsync(Messages, """{"name":"x","seconds":1}""");
            await broker.UntilAsync(Subscription, statistics => Backlog(statistics) is > 0 and < Messages); // It is in the middle of them.

            first.Terminate();

            var report = await first.EndAsync(expectedExitCode: 0);
            var messages = report.GetProperty("messages");
            Assert.Equal(messages.GetProperty("received").GetInt32(), messages.GetProperty("completed").GetInt32() + messages.GetProperty("released").GetInt32());
        }

        Assert.InRange(Backlog(await broker.UntilAsync(Subscription, _ => true)), 1, Messages - 1);
        await using var second = await ServiceProcess.StartReadyAsync(Settings(handlers: Messages));
        await broker.UntilAsync(Subscription, statistics => Backlog(statistics) == 0);
    }

    private static int Backlog(JsonElement statistics) => statistics.GetProperty("msgBacklog").GetInt32();
}
