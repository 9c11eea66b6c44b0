[assembly: HostingStartup(typeof(Graceful.Service_1.Jobs.LabStartup))]

namespace Graceful.Service_1.Jobs;

/// <summary>
/// Adds what goes wrong in real services, by the names in Lab__Parts. The host calls it while the builder is made, so nothing in
/// Program.cs has to be changed for it.
/// </summary>
internal sealed class LabStartup : IHostingStartup
{
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
        "slow-start" => services.AddHostedService<SlowStart>(),
        "slow-start-without-token" => services.AddHostedService<SlowStartWithoutToken>(),
        "missing-service" => services.AddHostedService<NeedsWhatIsMissing>(),
        "invalid-options" => services.AddOptions<HostOptions>().Validate(_ => false, "The lab finds it invalid.").ValidateOnStart().Services,
        "crash" => services.AddHostedService<Crashing>(),
        "crash-at-gate" => services.AddHostedService<CrashingAtGate>(),
        "worker-without-token" => services.AddHostedService<WorkerWithoutToken>(),
        "chatty" => services.AddHostedService<Chatty>(),
        "throw-on-requested" or "throw-on-draining" or "throw-on-deadline" or "block-on-stopping" =>
            services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<BadCallback>(provider, part)),
        "tell-stop" => services.AddHostedService<StopTeller>(),
        "throw-in-stop" => services.AddHostedService<ThrowingStop>(),
        "hang-in-stop" => services.AddHostedService<HangingStop>(),
        "hang-in-disposal" => services.AddHostedService<HangingDisposal>(),
        "throw-in-disposal" => services.AddHostedService<ThrowingDisposal>(),
        "block-report" => services.AddSingleton<ILoggerProvider, BlockingLog>(),
        _ => services,
    };
}

/// <summary>Tells the test that a place was reached and waits there until the test creates the file Lab__Gate.</summary>
internal static class Gate
{
    public static void Wait(string place)
    {
        Say(place);
        var file = Environment.GetEnvironmentVariable("Lab__Gate");
        while (!File.Exists(file)) Thread.Sleep(10);
    }

    public static void Say(string what) => Console.WriteLine($"lab: {what}");
}
