using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Rollout.Model;

/// <summary>An ingress: speaks HTTP with client and pod, has connections of its own to the pods, follows the endpoints with a lag.</summary>
/// <remarks>YARP as it comes, which sends nothing twice. One that retries would hide what is looked for.</remarks>
internal sealed class Ingress : IRoute
{
    private static readonly RouteConfig Everything = new() { RouteId = "all", ClusterId = "pods", Match = new() { Path = "/{**any}" } };

    private readonly InMemoryConfigProvider _destinations = new([Everything], []);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Pod> _pods = [];
    private readonly WebApplication _app;
    private readonly int[] _ports;
    private int _version;

    private Ingress(TimeSpan lag, EndpointSlice slice, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<IForwarderHttpClientFactory>(new PodConnections(this));
        builder.Services.AddSingleton<IProxyConfigProvider>(_destinations);
        builder.Services.AddReverseProxy();
        _app = builder.Build();
        _app.MapReverseProxy();
        _app.Start();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        _ports = [.. addresses.Select(address => new Uri(address).Port)];
        slice.Published += async (version, endpoints) =>
        {
            await Task.Delay(lag, time);
            Update(version, endpoints);
        };
    }

    public string Name => "ingress";

    public static Ingress Start(TimeSpan lag, EndpointSlice slice, TimeProvider time) => new(lag, slice, time);

    public async ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _ports[protocol == Protocol.Http2 ? 1 : 0], cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        try { await _app.StopAsync(now.Token); }
        catch (OperationCanceledException) { }
        await _app.DisposeAsync();
    }

    private void Update(int version, ImmutableArray<Endpoint> endpoints)
    {
        lock (_gate)
        {
            if (version <= _version) return;
            _version = version;
            var ready = endpoints.Where(endpoint => endpoint.Ready).Select(endpoint => endpoint.Pod).ToList();
            foreach (var pod in ready) _pods[pod.Name] = pod;
            var destinations = ready.ToDictionary(pod => pod.Name, pod => new DestinationConfig { Address = $"http://{pod.Name}/" });
            _destinations.Update([Everything], [new ClusterConfig { ClusterId = "pods", Destinations = destinations }]);
        }
    }

    private Pod PodOf(string name)
    {
        lock (_gate) return _pods[name];
    }

    private sealed class PodConnections(Ingress ingress) : ForwarderHttpClientFactory
    {
        protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler) =>
            handler.ConnectCallback = (connection, cancellation) => ingress.PodOf(connection.DnsEndPoint.Host).ConnectAsync(Protocol.Http1, cancellation);
    }
}
