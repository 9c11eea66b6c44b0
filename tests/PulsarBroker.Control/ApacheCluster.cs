using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using GracefulTemplates.Sandboxes;

namespace PulsarBroker.Control;

/// <summary>Two brokers of Apache Pulsar on one store, between which a topic moves as when they are rolled.</summary>
public sealed class ApacheCluster : IAsyncDisposable
{
    /// <summary>Whoever has a topic by then keeps it.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ApachePulsar _store;
    private readonly ApachePulsar[] _brokers;

    private ApacheCluster(ApachePulsar store, ApachePulsar[] brokers) => (_store, _brokers) = (store, brokers);

    /// <summary>Why none can be started here; null when one can.</summary>
    /// <remarks>Clients follow a topic only by a name, for an address of the loopback range looks like the only broker.</remarks>
    public static string? Missing(string repository) => ApachePulsar.Missing(repository) ?? (NameIsThisMachine()
        ? null
        : $"The name of this machine, {Dns.GetHostName()}, is not 127.0.0.1.");

    /// <summary>The one that clients know. It stays when the topic's own broker is the other one, and that stops.</summary>
    public ApachePulsar First => _brokers[0];

    public ApachePulsar Second => _brokers[1];

    public Uri ServiceUrl => new($"pulsar://{Dns.GetHostName()}:{First.ServiceUrl.Port}");

    public static async Task<ApacheCluster> StartAsync(string repository)
    {
        var zooKeeper = FreePort.NextPair();
        var store = await ApachePulsar.StartStoreAsync(repository, zooKeeper);
        List<ApachePulsar> brokers = [];
        for (var i = 0; i < 2; i++)
            brokers.Add(await ApachePulsar.JoinAsync(repository, zooKeeper));
        return new(store, [.. brokers]);
    }

    /// <summary>The broker that has the topic.</summary>
    public async Task<ApachePulsar> OwnerAsync(string topic)
    {
        var answer = await First.Admin.GetFromJsonAsync<JsonElement>(new Uri(First.Admin.BaseAddress!, $"/lookup/v2/topic/persistent/public/default/{topic}"));
        var port = new Uri(answer.GetProperty("brokerUrl").GetString()!).Port;
        return _brokers.Single(broker => broker.ServiceUrl.Port == port);
    }

    /// <summary>Gives the topic to a broker, and returns when it has it.</summary>
    /// <remarks>Pulsar takes the destination for a wish: a client that looks the topic up at the wrong moment brings it to another broker.</remarks>
    /// <returns>How often the topic was unloaded for that.</returns>
    public async Task<int> MoveAsync(string topic, ApachePulsar to)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var unloads = 1; ; unloads++)
        {
            var bundle = await First.Admin.GetStringAsync(new Uri(First.Admin.BaseAddress!, $"/lookup/v2/topic/persistent/public/default/{topic}/bundle"));
            await First.SendAsync(HttpMethod.Put, $"namespaces/public/default/{bundle}/unload?destinationBroker={Dns.GetHostName()}:{to.Admin.BaseAddress!.Port}");
            for (var asked = Stopwatch.StartNew(); asked.Elapsed < Settled; await Task.Delay(100, patience.Token))
                if (await OwnerAsync(topic) == to) return unloads;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers) await broker.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static bool NameIsThisMachine()
    {
        try
        {
            return Dns.GetHostAddresses(Dns.GetHostName()).Contains(IPAddress.Loopback);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
