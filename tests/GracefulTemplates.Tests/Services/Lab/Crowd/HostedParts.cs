using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Graceful.Service_1.Crowd;

/// <summary>Hosted services, threads and handlers that end a process, or keep it from ending.</summary>
internal static class HostedParts
{
    public static void Add(IServiceCollection services)
    {
        if (Parts.Has("http-timeout")) services.AddHostedService(_ => new Dying(TimeOutAsync));
        if (Parts.Has("own-token")) services.AddHostedService(_ => new Dying(CancelAsync));
        if (Parts.Has("cancelled-task")) services.AddHostedService(_ => new Dying(() => Task.FromCanceled(new CancellationToken(true))));
        if (Parts.Has("ordinary-crash")) services.AddHostedService(_ => new Dying(() => throw new InvalidOperationException("broken")));
        if (Parts.Has("ignore-crashes")) services.Configure<HostOptions>(host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);
        if (Parts.Has("stop-concurrently")) services.Configure<HostOptions>(host => host.ServicesStopConcurrently = true);
        if (Parts.Has("shutdown-timeout")) services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        if (Parts.Has("two-that-meet")) services.AddHostedService<Left>().AddHostedService<Right>();
        if (Parts.Has("transient")) services.AddTransient<IHostedService, Transient>();
        if (Parts.Has("hangs-in-stopped")) services.AddHostedService<HangsInStopped>();
        if (Parts.Has("hangs-in-disposal")) services.AddHostedService<HangsInDisposal>();
        if (Parts.Has("hangs-in-stopping")) services.AddHostedService<HangsInStopping>();
        if (Parts.Has("slow-stop")) services.AddHostedService<SlowStop>();
        if (Parts.Has("gives-up")) services.AddHostedService<GivesUp>();
        if (Parts.Has("own-signal-handler")) services.AddHostedService<OwnSignalHandler>();
        services.AddDeed("exit-0", _ => Exit(0)).AddDeed("exit-5", _ => Exit(5)).AddDeed("async-void", _ => Crash());
        services.AddDeed("stop", provider =>
        {
            _ = Task.Run(provider.GetRequiredService<IHostApplicationLifetime>().StopApplication);
            return Task.CompletedTask;
        });
        services.AddDeed("exit-code", provider =>
        {
            Environment.ExitCode = 3;
            provider.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            return Task.CompletedTask;
        });
    }

    public static void Use(WebApplication app)
    {
        if (Parts.Has("exit-code")) Environment.ExitCode = 3;
        if (Parts.Has("foreground-thread")) new Thread(() => Thread.Sleep(Timeout.Infinite)).Start();
        if (Parts.Has("foreground-thread-that-ends")) new Thread(() => EndLater(app)).Start();
        if (Parts.Has("exit-handler-hangs")) AppDomain.CurrentDomain.ProcessExit += (_, _) => Thread.Sleep(Timeout.Infinite);
        if (Parts.Has("exit-handler-slow")) AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Thread.Sleep(300);
            Parts.Say("exit handler done");
        };
        if (Parts.Has("stopping-handler-hangs")) app.Lifetime.ApplicationStopping.Register(() => Thread.Sleep(Timeout.Infinite));
        if (Parts.Has("stopping-handler-slow")) app.Lifetime.ApplicationStopping.Register(() =>
        {
            Thread.Sleep(3000);
            Parts.Say("handler of stopping done");
        });
        if (Parts.Has("slow-program"))
        {
            Parts.Say("migrating the database");
            while (!Parts.GateIsOpen) Thread.Sleep(10);
        }
    }

    private static Task Exit(int exitCode)
    {
        Environment.Exit(exitCode);
        return Task.CompletedTask;
    }

    private static async Task Crash()
    {
        CrashLater();
        await Task.Delay(Timeout.Infinite);
    }

    private static async void CrashLater()
    {
        await Task.Yield();
        throw new InvalidOperationException("Nobody can catch this.");
    }

    private static async Task TimeOutAsync()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = new HttpClient { Timeout = TimeSpan.FromMilliseconds(100) };
        await client.GetStringAsync($"http://{silent.LocalEndpoint}");
    }

    private static async Task CancelAsync()
    {
        using var own = new CancellationTokenSource(100);
        await Task.Delay(Timeout.Infinite, own.Token);
    }

    private static void EndLater(WebApplication app)
    {
        app.Lifetime.ApplicationStopped.WaitHandle.WaitOne();
        Thread.Sleep(300);
        Parts.Say("thread done");
    }

    /// <summary>Lives until the gate opens.</summary>
    private sealed class Dying(Func<Task> dieAsync) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Parts.UntilGateAsync(stoppingToken);
            Parts.Say("dying");
            await dieAsync();
        }
    }

    /// <summary>Ends its stop when the other one has begun to stop.</summary>
    private abstract class Meeting(Barrier barrier) : IHostedService
    {
        protected static Barrier Both { get; } = new(2);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.Run(() => barrier.SignalAndWait(CancellationToken.None), CancellationToken.None);
    }

    private sealed class Left() : Meeting(Both);
    private sealed class Right() : Meeting(Both);

    private sealed class Transient : IHostedService
    {
        private bool _started;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _started = true;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Parts.Say(_started ? "what was started is stopped" : "a stranger is stopped");
            return Task.CompletedTask;
        }
    }

    private sealed class HangsInStopped : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StoppedAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private sealed class HangsInDisposal : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public void Dispose() => Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Registers its handler in the start, behind all that were registered before, so that it runs first.</summary>
    private sealed class HangsInStopping(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStopping.Register(() => Thread.Sleep(Timeout.Infinite));
            if (Parts.Has("stops-in-start")) lifetime.StopApplication();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>As Quartz 4 and MassTransit do with work that is not done when the token fires.</summary>
    private sealed class GivesUp : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken) =>
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>As Akka does, whose handler returns when its own stop is over.</summary>
    private sealed class OwnSignalHandler : IHostedService, IDisposable
    {
        private PosixSignalRegistration? _registration;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ =>
            {
                Parts.Say("its own stop begins");
                while (!Parts.GateIsOpen) Thread.Sleep(10);
            });
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public void Dispose() => _registration?.Dispose();
    }

    private sealed class SlowStop : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken); // Its token must not be that of HostOptions.ShutdownTimeout.
            Parts.Say("slow stop done");
        }
    }
}
