using System.Net;
using PulsarBroker.Control;
using Xunit.Abstractions;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace GracefulTemplates.Tests.Services;

/// <summary>
/// The client waits for the answer to a subscription without a limit. A broker can fail to give it, and a client that subscribes just as its
/// connection ends waits where none can come.
/// </summary>
[Trait("Category", "Slow")]
public sealed class WorkerUnansweredTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(65) + ServiceProcess.Patience;

    [Fact]
    public async Task A_worker_that_gets_no_answer_at_its_start_asks_again()
    {
        await Broker.PublishAsync(Messages(10, seconds: 0.01));
        await Broker.DropConnectionsAsync(); // Of the tests before.
        await Broker.SetFaultsAsync(new() { Ignore = [Kind.Subscribe] });
        await using var worker = Start(Consumer());
        await Broker.WhenAsync(commands => commands.Any(Subscribes));
        await Broker.SetFaultsAsync(new());

        await worker.Log.UntilAsync("it is noticed", entry => entry.EventId == LogEntry.ConsumerFailed && entry.Says("has not answered within 65 s"), Noticed);
        await UntilNoBacklogAsync();
        Tally(10).NoneLost().NoneTwice();
        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await AssertStopsAsync(worker);
    }

    [Theory]
    [InlineData("Shared")]
    [InlineData("Failover")]
    public async Task A_consumer_that_gets_no_answer_when_it_comes_back_is_replaced(string type)
    {
        await Broker.PublishAsync(Messages(10, seconds: 0.01));
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:SubscriptionType", type)));
        await UntilNoBacklogAsync();
        await PublishAsync("m-10", 2); // When it is handled, there is no connection to acknowledge it.
        await Journal.UntilAsync("begin", "m-10");
        var before = (await Broker.CommandsAsync()).Count(Subscribes);

        await Broker.SetFaultsAsync(new() { Ignore = [Kind.Subscribe] });
        await Broker.DropConnectionsAsync();
        await Broker.WhenAsync(commands => commands.Count(Subscribes) > before);
        await Broker.SetFaultsAsync(new());
        await PublishAsync("m-11", 0.01);

        await worker.Log.UntilAsync("it is noticed", entry => entry.EventId == LogEntry.ConsumerFailed && entry.Says("neither connects it nor says why"), Noticed);
        await UntilNoBacklogAsync();
        Tally(12).NoneLost().NoneTwice();
        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await AssertStopsAsync(worker);
    }

    private bool Subscribes(LoggedCommand command) => command.Kind == $"{Kind.Subscribe}" && command.Detail.Contains(Topic);
}
