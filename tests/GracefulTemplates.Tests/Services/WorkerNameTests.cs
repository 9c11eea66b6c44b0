using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>The broker's name, which comes and goes.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerNameTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task A_name_that_does_not_resolve_is_not_ready_and_stops_at_once()
    {
        await using var worker = Start(Consumer(settings: ("Pulsar:ServiceUrl", "pulsar://no-such-broker.invalid:6650")));
        await UntilServingAsync(worker);
        await worker.Log.UntilAsync("the reason", entry => entry.Says("Pulsar is not available"));
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);

        await AssertStopsAsync(worker);
    }

    [PrivateHostsFact]
    public async Task A_name_that_resolves_only_later_is_found()
    {
        using var hosts = new PrivateHosts();
        await Broker.PublishAsync(Messages(20, seconds: 0.01));
        await using var worker = Start(ConsumerByName(hosts));
        await UntilServingAsync(worker);
        await worker.Log.UntilAsync("the reason", entry => entry.Says("Pulsar is not available"));
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);

        hosts.Resolve();

        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await UntilNoBacklogAsync();
        Tally(20).NoneLost().NoneTwice();
        await AssertStopsAsync(worker);
    }

    [PrivateHostsFact]
    public async Task A_name_that_is_gone_for_a_while_costs_nothing()
    {
        using var hosts = new PrivateHosts();
        hosts.Resolve();
        await Broker.PublishAsync(Messages(300, seconds: 0.1));
        await using var worker = await StartReadyAsync(ConsumerByName(hosts));
        await Journal.UntilAsync("end", count: 50);

        hosts.Forget();
        await Broker.DropConnectionsAsync(); // An open connection needs no name.
        await worker.Log.UntilAsync("the reason", entry => entry.Says("Pulsar is not available"));
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);
        hosts.Resolve();

        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        await UntilNoBacklogAsync();
        Tally(300).NoneLost().NoneTwice();
        await AssertStopsAsync(worker);
    }

    private ServiceStart ConsumerByName(PrivateHosts hosts) =>
        Consumer(settings: ("Pulsar:ServiceUrl", $"pulsar://{PrivateHosts.Name}:{BrokerPort}")) with { StartedBy = hosts.Command };
}
