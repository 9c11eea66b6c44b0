using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Crowd;

/// <summary>Says in which order a stop comes to the parts of a host.</summary>
internal static class Order
{
    public static void Add(IServiceCollection services)
    {
        if (!Parts.Has("order")) return;
        services.AddHostedService<First>();
        services.AddHostedService<Worker>();
        services.AddHostedService<Second>();
        services.AddSingleton<Client>();
        var server = services.Last(service => service.ServiceType == typeof(IServer));
        services.Remove(server);
        services.AddSingleton<IServer>(provider =>
            new ObservedServer((IServer)ActivatorUtilities.CreateInstance(provider, server.ImplementationType!)));
    }

    public static void Watch(WebApplication app)
    {
        if (!Parts.Has("order")) return;
        app.Services.GetRequiredService<Client>();
        app.Lifetime.ApplicationStopping.Register(() => Parts.Say("order ApplicationStopping"));
        app.Lifetime.ApplicationStopped.Register(() => Parts.Say("order ApplicationStopped"));
    }

    private abstract class Observed : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppingAsync(CancellationToken cancellationToken) => SayAsync("StoppingAsync");
        public Task StopAsync(CancellationToken cancellationToken) => SayAsync("StopAsync");
        public Task StoppedAsync(CancellationToken cancellationToken) => SayAsync("StoppedAsync");

        private async Task SayAsync(string what)
        {
            Parts.Say($"order {GetType().Name}.{what}");
            await Task.Delay(50, CancellationToken.None);
            Parts.Say($"order {GetType().Name}.{what} has ended");
        }
    }

    private sealed class First : Observed;
    private sealed class Second : Observed;

    private sealed class Worker : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Parts.Say("order stoppingToken");
        }
    }

    private sealed class Client : IDisposable
    {
        public void Dispose() => Parts.Say("order Dispose");
    }

    private sealed class ObservedServer(IServer server) : IServer
    {
        public IFeatureCollection Features => server.Features;

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull =>
            server.StartAsync(application, cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            Parts.Say("order server");
            await server.StopAsync(cancellationToken);
            Parts.Say("order server has ended");
        }

        public void Dispose() => server.Dispose();
    }
}
