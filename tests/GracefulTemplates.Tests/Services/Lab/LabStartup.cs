using System.Buffers;
using System.Net;
using Graceful.Service_1.Health;
using Graceful.Service_1.Shutdown;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

[assembly: HostingStartup(typeof(Graceful.Service_1.Jobs.LabStartup))]

namespace Graceful.Service_1.Jobs;

/// <summary>
/// Adds what goes wrong in real services, by the names in Lab__Parts. The host calls it while the builder is made, so nothing in
/// Program.cs has to be changed for it.
/// </summary>
internal sealed class LabStartup : IHostingStartup
{
    /// <summary>Of a warm-up that would take forever.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    private static readonly string[] Parts = (Environment.GetEnvironmentVariable("Lab__Parts") ?? "").Split(',');

    public void Configure(IWebHostBuilder builder)
    {
        LabMeter.Start();
        if (Parts.Contains("before-build")) Gate.Wait("before the host is built");
        builder.ConfigureServices(services =>
        {
            services.AddSingleton<IStartupFilter, LabEndpoints>();
            foreach (var part in Parts) Add(services, part);
        });
    }

    private static void Add(IServiceCollection services, string part) => _ = part switch
    {
        "journal" => services.AddHostedService<SignalInJournal>(),
        "client" => services.AddSingleton<LabClient>(),
        "phases" => services.AddHostedService<PhaseTeller>(),
        "sessions" => services.AddHostedService<Sessions>(),
        "slow-start" => services.AddHostedService<SlowStart>(),
        "slow-start-without-token" => services.AddHostedService<SlowStartWithoutToken>(),
        "missing-service" => services.AddHostedService<NeedsWhatIsMissing>(),
        "invalid-options" => services.AddOptions<HostOptions>().Validate(_ => false, "The lab finds it invalid.").ValidateOnStart().Services,
        "crash" => services.AddHostedService<Crashing>(),
        "crash-at-once" => services.AddHostedService(_ => new CrashingAtOnce(new InvalidOperationException("The lab's worker is broken."))),
        "time-out-at-once" => services.AddHostedService(_ => new CrashingAtOnce(new TaskCanceledException("The lab's worker is broken."))),
        "cancelled-at-its-end" or "fails-at-its-end" => services.AddHostedService(_ => new ThrowingAtItsEnd(isCancellation: part == "cancelled-at-its-end")),
        "crash-at-gate" => services.AddHostedService<CrashingAtGate>(),
        "worker-without-token" => services.AddHostedService<WorkerWithoutToken>(),
        "chatty" => services.AddHostedService<Chatty>(),
        "throw-on-stop-requested" or "throw-on-draining" or "throw-on-deadline" or "block-on-stopping" or "block-on-stopped" or "slow-on-stopping" =>
            services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<BadCallback>(provider, part)),
        "tell-stop" => services.AddHostedService<StopTeller>(),
        "throw-in-stop" => services.AddHostedService<ThrowingStop>(),
        "block-in-stop" => services.AddHostedService<BlockingStop>(),
        "hang-in-stopping" => services.AddHostedService<HangingStopping>(),
        "hang-in-stop" => services.AddHostedService<HangingStop>(),
        "hang-in-disposal" => services.AddHostedService<HangingDisposal>(),
        "use-what-is-disposed" => services.AddHostedService<StopThatUsesWhatIsDisposed>(),
        "throw-in-disposal" => services.AddHostedService<ThrowingDisposal>(),
        "section" => services.AddSingleton<IReportSection>(new LabSection(() => 7)),
        "section-of-that-name" => services.AddSingleton<IReportSection>(new LabSection(() => 8)),
        "section-that-throws" => services.AddSingleton<IReportSection>(new LabSection(() => throw new InvalidOperationException("The lab cannot count."))),
        "warm-up-fails-twice" => services.AddHealthChecks().AddWarmUp<FailingTwice>("lab").Services,
        "warm-up-hangs" => services.AddHealthChecks().AddWarmUp<Hanging>("lab", Bound).Services,
        "warm-up-hangs-without-token" => services.AddHealthChecks().AddWarmUp<HangingWithoutToken>("lab", Bound).Services,
        "warm-up-blocks" => services.AddHealthChecks().AddWarmUp<BlockingConstructor>("lab", Bound).Services,
        "warm-up-late" => services.AddHealthChecks().AddWarmUp<LateAtGate>("lab", Bound).Services,
        "warm-up-asks-for-nothing" => services.AddHealthChecks().AddWarmUp<AskingForNothing>("lab").Services,
        "silent-ports" => services.AddOptions<KestrelServerOptions>().Configure<IConfiguration>(ListenInSilence).Services,
        "connection-logging" => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(port => port.UseConnectionLogging())),
        "proxy-protocol" => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(port => port.Use(SkipLineAsync))),
        "failing-heartbeat" => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(port => port.Use(next =>
            FailInHeartbeat(next, port.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping)))),
        "tell-requests" => services.AddSingleton<IStartupFilter, RequestTeller>(),
        "block-report" => services.AddSingleton<ILoggerProvider, BlockingLog>(),
        _ => services,
    };

    /// <summary>What a balancer says of its client, if it says something (PROXY protocol, version 1).</summary>
    private static async Task SkipLineAsync(ConnectionContext connection, Func<Task> next)
    {
        var input = connection.Transport.Input;
        var buffer = (await input.ReadAsync()).Buffer;
        var line = new SequenceReader<byte>(buffer);
        input.AdvanceTo(line.IsNext("PROXY"u8) && line.TryAdvanceTo((byte)'\n') ? line.Position : buffer.Start);
        await next();
    }

    /// <summary>A middleware that looks after its connection in Kestrel's heartbeat, and fails there in the drain, twice.</summary>
    private static ConnectionDelegate FailInHeartbeat(ConnectionDelegate next, CancellationToken draining) => connection =>
    {
        var failures = 0;
        _ = connection.Transport; // With the first look at it Kestrel's heartbeat is replaced by that of the service.
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(_ =>
        {
            if (!draining.IsCancellationRequested || failures == 2) return;
            Gate.Say(++failures == 1 ? "heartbeat fails" : "heartbeat fails again");
            throw new InvalidOperationException("The lab's middleware is broken.");
        }, connection);
        return next(connection);
    };

    /// <summary>Beside HTTP two ports of a protocol that waits for the rest of what it takes for a frame.</summary>
    private static void ListenInSilence(KestrelServerOptions kestrel, IConfiguration configuration)
    {
        kestrel.Listen(IPAddress.Loopback, new Uri(configuration["urls"]!).Port);
        for (var i = 0; i < 2; i++)
            kestrel.Listen(IPAddress.Loopback, 0, port => port.Run(connection =>
                Task.Delay(Timeout.Infinite, connection.ConnectionClosed).ContinueWith(_ => { }, TaskScheduler.Default)));
    }
}

/// <summary>Tells the test that a place was reached and waits there until the test creates the file Lab__Gate.</summary>
internal static class Gate
{
    public static bool IsOpen => File.Exists(Environment.GetEnvironmentVariable("Lab__Gate"));

    public static void Wait(string place)
    {
        Say(place);
        while (!IsOpen) Thread.Sleep(10);
    }

    public static void Say(string what) => Console.WriteLine($"lab: {what}");
}
