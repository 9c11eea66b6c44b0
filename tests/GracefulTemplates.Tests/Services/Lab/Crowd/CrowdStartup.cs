namespace Graceful.Service_1.Crowd;

/// <summary>
/// What users put on top of a service, by the names in Lab__Parts. Program.cs calls AddCrowd before it builds the host and UseCrowd
/// behind that, as it would call the user's own extension methods.
/// </summary>
internal static class CrowdStartup
{
    public static void AddCrowd(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        Container.Add(builder);
        Logs.Add(builder);
        Policies.Add(services);
        Queues.Add(services);
        Buses.Add(services);
        Packages.Add(services);
        HostedParts.Add(services);
        Checks.Add(services);
        Order.Add(services);
        Own.Add(services);
        services.AddSignalR();
        services.AddControllers().ConfigureApplicationPartManager(manager =>
        {
            // MVC looks at all types of an application, and one of ours cannot be loaded on purpose: MissingTypes.cs.
            manager.ApplicationParts.Clear();
            manager.ApplicationParts.Add(new CrowdPart());
        });
    }

    public static void UseCrowd(this WebApplication app)
    {
        Order.Watch(app);
        HostedParts.Use(app);
        Policies.Use(app);
        app.UseWebSockets();
        app.MapControllers();
        app.MapHub<EchoHub>("/hub");
        app.MapHub<EchoHub>("/hub-that-ends").EndsOnDrain();
        app.MapHub<MarkedHub>("/hub-marked");
        Streams.Map(app);
        Work.Map(app);
        if (Parts.Has("busy-queue")) Queues.Map(app);
        Own.Map(app);
    }

    /// <summary>The other ways to end a Program.cs. False: go on as generated.</summary>
    public static async Task<bool> RanInAnotherWayAsync(this WebApplication app)
    {
        if (Parts.Has("run")) app.Run();
        else if (Parts.Has("run-async")) await app.RunAsync();
        else if (Parts.Has("start-and-wait"))
        {
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            await app.DisposeAsync();
        }
        else return false;
        return true;
    }
}

internal static class Parts
{
    private static readonly string[] Names = (Environment.GetEnvironmentVariable("Lab__Parts") ?? "").Split(',');

    public static bool Has(string part) => Names.Contains(part);

    /// <summary>Tells the test; the lab of ours has the same words, but stock has no lab.</summary>
    public static void Say(string what) => Console.WriteLine($"lab: {what}");

    public static bool GateIsOpen => File.Exists(Environment.GetEnvironmentVariable("Lab__Gate"));

    public static async Task UntilGateAsync(CancellationToken cancellationToken = default)
    {
        while (!GateIsOpen) await Task.Delay(10, cancellationToken);
    }
}
