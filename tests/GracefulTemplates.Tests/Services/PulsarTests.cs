using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>What tests of consumers have in common: a topic and a journal for each test, faults that end with the test that set them.</summary>
public abstract class PulsarTests(PulsarFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IAsyncLifetime
{
    protected const string Subscription = "tests";

    protected BrokerControl Broker => fixture.Broker.Control;

    /// <summary>The broker that this test uses: that of the fixture, unless <see cref="UseAsync"/> says otherwise.</summary>
    protected ITestBroker Used { get; private set; } = fixture.Broker;

    protected int BrokerPort => fixture.Broker.ServiceUrl.Port;
    protected string Topic { get; } = $"t-{Guid.NewGuid():N}";
    protected string DeadLetterTopic => $"{Topic}-{Subscription}-DLQ";
    protected Journal Journal { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Has the test use a broker of that kind.</summary>
    protected async Task UseAsync(BrokerKind kind) => Used = kind == BrokerKind.Apache ? await Brokers.ApacheAsync() : fixture.Broker;

    public async Task DisposeAsync()
    {
        await Broker.SetFaultsAsync(new Faults());
        Output.WriteLine($"--- broker: {JsonSerializer.Serialize(await Used.StatisticsAsync(Topic), ControlJson.Options)}");
        Journal.Dispose();
    }

    /// <summary>A consumer of this test's topic.</summary>
    protected ServiceStart Consumer(double drain = 20, double delay = 0, params (string Key, string Value)[] settings) => new()
    {
        Settings =
        [
            ("Pulsar:ServiceUrl", $"{Used.ServiceUrl}"),
            ("Pulsar:Topic", $"persistent://public/default/{Topic}"),
            ("Pulsar:Subscription", Subscription),
            ("Lab:Journal", Journal.Folder),
            .. Budget(delay, drain),
            .. settings,
        ],
        Lab = "journal",
    };

    /// <summary>Jobs <c>m-0</c> and on, each of so many seconds.</summary>
    protected PublishRequest Messages(int count, double seconds, int batchSize = 1, int keys = 0) => new()
    {
        Topic = Topic, Count = count, BatchSize = batchSize, Keys = keys, Payload = Job("m-{n}", seconds),
    };

    /// <summary>Publishes one job.</summary>
    protected Task PublishAsync(string name, double seconds) => Used.PublishAsync(new() { Topic = Topic, Payload = Job(name, seconds) });

    protected static string Job(string name, double seconds) => $$"""{"name":"{{name}}","seconds":{{seconds.ToString(CultureInfo.InvariantCulture)}}}""";

    protected Task<SubscriptionStatistics> UntilNoBacklogAsync() => UntilAsync("no backlog", statistics => statistics.MsgBacklog == 0);

    /// <summary>Waits for the subscription to be like that, as long as it takes while something moves.</summary>
    protected async Task<SubscriptionStatistics> UntilAsync(string wanted, Func<SubscriptionStatistics, bool> condition)
    {
        var (clock, acknowledged) = (Stopwatch.StartNew(), -1L);
        for (; ; await Task.Delay(100)) // The broker is to work for the service.
        {
            (await Used.StatisticsAsync(Topic)).Subscriptions.TryGetValue(Subscription, out var now);
            if (now is not null && condition(now))
                return now;
            if (now is not null && now.Acknowledged != acknowledged)
            {
                acknowledged = now.Acknowledged;
                clock.Restart();
            }
            Assert.True(clock.Elapsed < ServiceProcess.Patience, $"The subscription never came to: {wanted}. It is {JsonSerializer.Serialize(now, ControlJson.Options)}");
        }
    }

    protected MessageTally Tally(int published)
    {
        var tally = new MessageTally(Journal, published);
        Output.WriteLine($"{tally}");
        return tally;
    }

    /// <summary>Waits until a probe answers like that. Meanwhile, as always, the service is alive.</summary>
    protected static async Task UntilReadyIsAsync(ServiceProcess service, HttpStatusCode status)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            using var ready = await service.Client.GetAsync("/ready");
            if (ready.StatusCode == status)
                break;
            Assert.True(clock.Elapsed < ServiceProcess.Patience, $"/ready is still {ready.StatusCode}: {await ready.Content.ReadAsStringAsync()}");
        }
        await AssertAliveAsync(service);
    }

    protected static async Task AssertAliveAsync(ServiceProcess service)
    {
        using var alive = await service.Client.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    /// <summary>Waits until the service serves, ready or not.</summary>
    protected static async Task UntilServingAsync(ServiceProcess service)
    {
        await service.Log.UntilAsync("it listens", entry => entry.Says("Now listening on"));
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            using var started = await service.Client.GetAsync("/started");
            if (started.StatusCode == HttpStatusCode.OK)
                return;
            Assert.True(clock.Elapsed < ServiceProcess.Patience, $"/started is still {started.StatusCode}: {await started.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Nothing is at work.</summary>
    protected static async Task AssertStopsAsync(ServiceProcess worker)
    {
        worker.Send(Signal.Terminate);
        (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(1);
    }
}
