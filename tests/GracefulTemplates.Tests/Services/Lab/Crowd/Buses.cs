using System.Net;
using System.Net.Sockets;

namespace Graceful.Service_1.Crowd;

internal static class Buses
{
    public static void Add(IServiceCollection services)
    {
        if (Parts.Has("bus")) AddClient<Bus>(services, "bus", bus => bus.SendAsync());
        if (Parts.Has("cache")) AddClient<Cache>(services, "cache", cache => cache.SendAsync());
        if (Parts.Has("database")) AddClient<Database>(services, "database", database => database.SendAsync());
    }

    private static void AddClient<T>(IServiceCollection services, string name, Func<T, Task> send) where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
        services.AddDeed(name, provider => send(provider.GetRequiredService<T>()));
    }

    /// <summary>A connection that is of use from the start of the host to its stop.</summary>
    private abstract class Connected : IHostedService
    {
        private readonly TcpListener _peer = new(IPAddress.Loopback, 0);
        private readonly TcpClient _client = new();

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            _peer.Start();
            await _client.ConnectAsync((IPEndPoint)_peer.LocalEndpoint, cancellationToken);
        }

        public async Task SendAsync()
        {
            await _client.GetStream().WriteAsync("x"u8.ToArray());
            Parts.Say("sent");
        }

        public virtual Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected void Close()
        {
            if (_client.Client is null) return; // The container disposes it twice: once for each way it was registered.
            _client.Dispose();
            _peer.Dispose();
            Parts.Say("closed");
        }
    }

    private sealed class Bus : Connected
    {
        public override Task StopAsync(CancellationToken cancellationToken)
        {
            Close();
            return Task.CompletedTask;
        }
    }

    private sealed class Cache : Connected, IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken)
        {
            Close();
            return Task.CompletedTask;
        }
    }

    private sealed class Database : Connected, IDisposable
    {
        public void Dispose() => Close();
    }
}
