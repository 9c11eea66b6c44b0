using PulsarBroker.Control;
using Xunit.Abstractions;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace GracefulTemplates.Tests.Services;

/// <summary>The stop has a bound whatever the broker does, and says what it could not confirm.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerHangingBrokerTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const string Unconfirmed = "(the broker did not confirm the close of the consumer)";

    public static TheoryData<string, Faults> Hanging => new()
    {
        { "hangs", new() { Hang = true } },
        { "never answers the close", new() { Ignore = [Kind.CloseConsumer] } },
    };

    [Theory]
    [MemberData(nameof(Hanging))]
    public async Task An_idle_worker_does_not_wait_for_a_broker_that_hangs(string fault, Faults faults)
    {
        Output.WriteLine(fault);
        await using var worker = await StartReadyAsync(Consumer());
        await Broker.SetFaultsAsync(faults);

        worker.Send(Signal.Terminate);

        Assert.Equal(Unconfirmed, Assert.Single((await worker.EndAsync()).Is(2, "aborted").SaidSo().Within(3 + 1 + 0.5).Aborted).Name);
    }

    [Theory]
    [MemberData(nameof(Hanging))]
    public async Task What_was_begun_is_finished_all_the_same(string fault, Faults faults)
    {
        Output.WriteLine(fault);
        await Broker.PublishAsync(Messages(8, seconds: 2));
        await using var first = await StartReadyAsync(Consumer());
        await Journal.UntilAsync("begin", count: 8);
        await Broker.SetFaultsAsync(faults);

        first.Send(Signal.Terminate);

        (await first.EndAsync()).Is(2, "aborted").Within(2 + 3 + 1 + 0.5);
        await Broker.SetFaultsAsync(new());
        await using var second = await StartReadyAsync(Consumer());
        await UntilNoBacklogAsync();
        Tally(8).NoneLost();
    }

    [Fact]
    public async Task A_broker_that_is_down_at_the_signal_leaves_only_what_was_in_flight_to_be_repeated()
    {
        await Broker.PublishAsync(Messages(100, seconds: 1));
        await using var first = await StartReadyAsync(Consumer(drain: 3));
        await Journal.UntilAsync("begin", count: 16);
        await Broker.SetFaultsAsync(new() { RefuseConnections = true });
        await Broker.DropConnectionsAsync();

        first.Send(Signal.Terminate);

        var ending = (await first.EndAsync()).Is(2, "aborted").Within(3 + 0.3 + 1 + 1 + 0.5);
        Assert.Equal((16, 16), (ending.Messages("received"), ending.Messages("aborted")));
        await Broker.SetFaultsAsync(new());
        await using var second = await StartReadyAsync(Consumer());
        await UntilNoBacklogAsync();
        Assert.InRange(Tally(100).NoneLost().HandledTwice.Count, 1, 16);
    }
}
