using System.Diagnostics;
using Benchmarks;
using PulsarBroker.Control;
using Rollout.Model;

namespace Rollout.Load;

/// <summary>Jobs that come at a steady rate, on a topic of their own with one Shared subscription.</summary>
internal sealed class MessageLoad : IAsyncDisposable
{
    private const string Subscription = "tests"; // The one that ApachePulsar makes with a topic.

    // 40 messages/s, and some 12 in flight at a time; two pods can handle 32.
    private const int PerTick = 4;
    private const double ShortJob = 0.15;
    private const double LongJob = 3;
    private const int LongEvery = 19; // Prime, so that a broker that takes the pods in turn gives each of them some.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(0.1);

    /// <summary>What is still open so long after the last message was published is not waited for any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly SharedApachePulsar Apache = new(Repository.Root);

    private readonly DirectoryInfo _log = Directory.CreateTempSubdirectory("graceful-rollout-");
    private readonly string _topic = $"jobs-{Guid.NewGuid():n}";
    private readonly ITestBroker _broker;

    private MessageLoad(ITestBroker broker) => _broker = broker;

    /// <summary>Why the messages cannot go through Apache Pulsar here; null when they can.</summary>
    public static string? MissingApache => Apache.Missing;

    public int Published { get; private set; }

    public static async Task<MessageLoad> StartAsync(BrokerKind broker) => new(broker == BrokerKind.Apache ? await Apache.UseAsync() : await BrokerProcess.StartAsync());

    /// <summary>The same Deployment with a broker to connect to.</summary>
    public Deployment Connect(Deployment deployment) => deployment
        .With("Pulsar__ServiceUrl", $"{_broker.ServiceUrl}")
        .With("Pulsar__Topic", $"persistent://public/default/{_topic}")
        .With("Pulsar__Subscription", Subscription)
        .With("Rollout__Log", _log.FullName);

    public async Task UntilSubscribedAsync(int consumers, CancellationToken cancellationToken)
    {
        while (await SubscriptionAsync() is not { } subscription || subscription.Consumers.Count < consumers) await Task.Delay(Tick, cancellationToken);
    }

    /// <summary>Publishes until it is told to stop; then every message is still waited for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Tick);
        while (!stop.IsCancellationRequested)
        {
            await _broker.PublishAsync(new() { Topic = _topic, Messages = [.. Enumerable.Range(Published, PerTick).Select(Message)] });
            Published += PerTick;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
        for (var clock = Stopwatch.StartNew(); await BacklogAsync() > 0 && clock.Elapsed < Patience;) await Task.Delay(Tick, CancellationToken.None);
    }

    public async Task<MessageResult> ResultAsync() => MessageResult.Of(HandlerLog.ReadAll(_log.FullName), Published, await BacklogAsync());

    public async ValueTask DisposeAsync()
    {
        if (_broker is BrokerProcess own) await own.DisposeAsync();
        _log.Delete(recursive: true);
    }

    private async Task<SubscriptionStatistics?> SubscriptionAsync() => (await _broker.StatisticsAsync(_topic)).Subscriptions.GetValueOrDefault(Subscription);

    private async Task<long> BacklogAsync() => (await SubscriptionAsync())!.MsgBacklog;

    private static PublishedMessage Message(int number) => new()
    {
        Payload = FormattableString.Invariant($$"""{"name":"m-{{number}}","seconds":{{(number % LongEvery == 0 ? LongJob : ShortJob)}}}"""),
    };
}
