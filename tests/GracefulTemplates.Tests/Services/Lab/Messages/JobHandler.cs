using System.Buffers;
using DotPulsar.Abstractions;
using Graceful.Service_1.Messaging;

[assembly: HostingStartup(typeof(Graceful.Service_1.Jobs.LabScopes))]

namespace Graceful.Service_1.Jobs;

/// <summary>The sample's handler with something of its scope, if the lab has added that.</summary>
internal sealed class JobHandler(JobRunner runner, IServiceProvider scope) : IMessageHandler
{
    public async Task HandleAsync(IMessage<ReadOnlySequence<byte>> message, CancellationToken cancellationToken)
    {
        var job = JobMessage.Parse(message.Data);
        using var use = scope.GetService<LabContext>()?.Use(job.Name);
        await runner.RunAsync(job.Name, job.Seconds, cancellationToken);
        if (job.Name == "publish") LabBus.Publish();
    }
}

/// <summary>Like a DbContext: for one at a time, and what it does at its disposal may fail.</summary>
internal sealed class LabContext : IAsyncDisposable
{
    private static int _failures;
    private int _users;
    private string _name = "";

    public IDisposable Use(string name)
    {
        _name = name;
        if (Interlocked.Increment(ref _users) > 1) throw new InvalidOperationException("A second operation was started on this context.");
        return new Ended(this);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.Yield();
        LabJournal.Write("disposed", _name);
        if (_name == "fail-disposal-once" && Interlocked.Increment(ref _failures) == 1) throw new InvalidOperationException("The lab's context cannot be disposed.");
    }

    private sealed class Ended(LabContext context) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref context._users);
    }
}

/// <summary>Holds a context for ever, which nobody means to.</summary>
internal sealed class Captive(LabContext context) : LabService
{
    public override string? ToString() => context.ToString();
}

/// <summary>The same, but nothing asks for it at the start.</summary>
internal sealed class CaptiveSingleton(LabContext context)
{
    public override string? ToString() => context.ToString();
}

/// <summary>Asks for what nobody has registered.</summary>
internal sealed class MissingDependency(IComparable missing)
{
    public override string? ToString() => missing.ToString();
}

internal sealed class LabScopes : IHostingStartup
{
    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services =>
    {
        var parts = (Environment.GetEnvironmentVariable("Lab__Parts") ?? "").Split(',');
        if (parts.Contains("context") || parts.Contains("captive") || parts.Contains("captive-singleton")) services.AddScoped<LabContext>();
        if (parts.Contains("captive")) services.AddHostedService<Captive>();
        if (parts.Contains("captive-singleton")) services.AddSingleton<CaptiveSingleton>();
        if (parts.Contains("missing-dependency")) services.AddScoped<MissingDependency>();
    });
}
