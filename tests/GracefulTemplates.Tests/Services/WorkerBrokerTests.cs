using System.Net;
using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>A broker that fails: the worker comes back by itself, readiness tells the truth, and it is alive all the time.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerBrokerTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private static readonly Faults Down = new() { RefuseConnections = true };

    [Fact]
    public async Task A_broker_that_restarts_costs_nothing()
    {
        await Broker.PublishAsync(Messages(600, seconds: 0.1));
        await using var worker = await StartReadyAsync(Consumer());
        await Journal.UntilAsync("end", count: 100);

        await Broker.SetFaultsAsync(Down);
        await Broker.DropConnectionsAsync();
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);
        await Broker.SetFaultsAsync(new());

        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await UntilNoBacklogAsync();
        Tally(600).NoneLost().NoneTwice();
        await AssertStopsAsync(worker);
    }

    [Fact]
    public async Task Topics_that_are_unloaded_and_connections_that_are_reset_cost_nothing()
    {
        await Broker.PublishAsync(Messages(1_000, seconds: 0.1));
        await using var worker = await StartReadyAsync(Consumer());
        for (var i = 1; i <= 4; i++)
        {
            await Journal.UntilAsync("end", count: 150 * i);
            await (i % 2 == 0 ? Broker.DropConnectionsAsync() : Broker.UnloadAsync(Topic));
        }

        await UntilNoBacklogAsync();
        Tally(1_000).NoneLost().NoneTwice();
        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await AssertStopsAsync(worker);
    }

    [Fact]
    public async Task A_broker_that_hangs_for_a_while_costs_nothing()
    {
        await Broker.PublishAsync(Messages(300, seconds: 0.1));
        await using var worker = await StartReadyAsync(Consumer());
        await Journal.UntilAsync("end", count: 50);

        await Broker.SetFaultsAsync(new() { Hang = true });
        await Task.Delay(TimeSpan.FromSeconds(3)); // Part of the scenario.
        await AssertAliveAsync(worker);
        await Broker.SetFaultsAsync(new());

        await UntilNoBacklogAsync();
        Tally(300).NoneLost().NoneTwice();
        await AssertStopsAsync(worker);
    }

    [LongFact]
    public async Task A_broker_that_goes_on_hanging_is_noticed()
    {
        await using var worker = await StartReadyAsync(Consumer());

        await Broker.SetFaultsAsync(new() { Hang = true });
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable); // Two keep-alives of 15 s.
        await Broker.SetFaultsAsync(new());

        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
    }

    public static TheoryData<string, Faults> FailingStarts => new()
    {
        { "refuses", Down },
        { "metadata error", new() { Metadata = ServerError.MetadataError } },
        { "lookup error", new() { Lookup = ServerError.ServiceNotReady } },
        { "not authorized", new() { Subscribe = ServerError.AuthorizationError } },
        { "wrong token", new() { RequireToken = "another" } },
        { "hangs", new() { Hang = true } },
    };

    [Theory]
    [MemberData(nameof(FailingStarts))]
    public async Task A_worker_starts_without_its_broker_and_finds_it_later(string fault, Faults faults)
    {
        Output.WriteLine(fault);
        await Broker.PublishAsync(Messages(20, seconds: 0.01));
        await Broker.DropConnectionsAsync(); // Of the tests before.
        await Broker.SetFaultsAsync(faults);
        await using var worker = Start(Consumer(settings: ("Pulsar:Token", "mine")));
        await UntilServingAsync(worker);
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);
        if (!faults.Hang)
            await worker.Log.UntilAsync("the reason", entry => entry.Category.EndsWith(".PulsarClients", StringComparison.Ordinal)
                || entry.Message.StartsWith("The consumer of", StringComparison.Ordinal));

        await Broker.SetFaultsAsync(new());

        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await UntilNoBacklogAsync();
        Tally(20).NoneLost().NoneTwice();
        await AssertStopsAsync(worker);
    }
}
