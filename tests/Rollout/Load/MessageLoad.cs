using System.Diagnostics;
using PulsarBroker.Control;
using Rollout.Model;

namespace Rollout.Load;

/// <summary>Jobs that come at a steady rate, on one Shared subscription of a broker in a process of its own.</summary>
internal sealed class MessageLoad : IAsyncDisposable
{
    private const string Topic = "jobs";
    private const string Subscription = "shop";

    // 40 messages/s, and some 12 in flight at a time; two pods can handle 32.
    private const int PerTick = 4;
    private const double ShortJob = 0.15;
    private const double LongJob = 3;
    private const int LongEvery = 19; // Prime, so that a broker that takes the pods in turn gives each of them some.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(0.1);

    /// <summary>What is still open so long after the last message was published is not waited for any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _log = Directory.CreateTempSubdirectory("graceful-rollout-");
    private readonly BrokerProcess _broker;

    private MessageLoad(BrokerProcess broker) => _broker = broker;

    public int Published { get; private set; }

    public static async Task<MessageLoad> StartAsync() => new(await BrokerProcess.StartAsync());

    /// <summary>The same Deployment with a broker to connect to.</summary>
    public Deployment Connect(Deployment deployment) => deployment
        .With("Pulsar__ServiceUrl", $"{_broker.ServiceUrl}")
        .With("Pulsar__Topic", $"persistent://public/default/{Topic}")
        .With("Pulsar__Subscription", Subscription)
        .With("Rollout__Log", _log.FullName);

    public Task UntilSubscribedAsync(int consumers) =>
        _broker.Control.WhenAsync(Topic, Subscription, subscription => subscription.Consumers.Count == consumers);

    /// <summary>Publishes until it is told to stop; then every message is still waited for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Tick);
        while (!stop.IsCancellationRequested)
        {
            await _broker.Control.PublishAsync(new() { Topic = Topic, Messages = [.. Enumerable.Range(Published, PerTick).Select(Message)] });
            Published += PerTick;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
        for (var clock = Stopwatch.StartNew(); await BacklogAsync() > 0 && clock.Elapsed < Patience;) await Task.Delay(Tick, CancellationToken.None);
    }

    public async Task<MessageResult> ResultAsync() => MessageResult.Of(HandlerLog.ReadAll(_log.FullName), Published, await BacklogAsync());

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _log.Delete(recursive: true);
    }

    private async Task<long> BacklogAsync() => (await _broker.Control.StatisticsAsync(Topic)).Subscriptions[Subscription].MsgBacklog;

    private static PublishedMessage Message(int number) => new()
    {
        Payload = FormattableString.Invariant($$"""{"name":"m-{{number}}","seconds":{{(number % LongEvery == 0 ? LongJob : ShortJob)}}}"""),
    };
}
