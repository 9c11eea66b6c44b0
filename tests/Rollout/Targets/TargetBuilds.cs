using Benchmarks;
using Rollout.Model;

namespace Rollout.Targets;

/// <summary>Generates and builds what is compared, as a user would get it, and each thing once.</summary>
internal sealed class TargetBuilds(Workspace workspace)
{
    private const string Run = "app.Run();";

    private readonly Workers _workers = new(workspace);

    /// <summary>By the graceful service: its template, and what was replaced in it.</summary>
    private readonly Dictionary<string, Deployment> _deployments = [];

    /// <summary>By the template, and the change that was made to what came out.</summary>
    private readonly Dictionary<string, Task<string>> _assemblies = [];

    /// <summary>What a run needs. Generated one after the other, for the engine's settings are not made for two at once; built side by side.</summary>
    public async Task<Target[]> BuildAsync(Settings settings)
    {
        var graceful = settings.Scenario.Template + string.Concat(settings.Scenario.Replaced);
        if (!_deployments.ContainsKey(graceful)) await GenerateAsync(graceful, settings.Scenario);
        var deployment = Override(_deployments[graceful], settings);
        foreach (var peer in settings.Targets.Where(name => name != "graceful").Select(name => Peer(name, settings)))
            if (!_assemblies.ContainsKey(peer)) _assemblies[peer] = workspace.BuildReleaseAsync(await PeerAsync(peer));

        return await Task.WhenAll(settings.Targets.Select(async name => name == "graceful"
            ? new Target(name, $"dotnet new {settings.Scenario.Template}", await _assemblies[graceful], settings.Scenario.Change(deployment), IsGraceful: true)
            {
                ShellForm = settings.Scenario.ShellForm,
            }
            : PeerTarget(name, await _assemblies[Peer(name, settings)], deployment, settings)));
    }

    private static string Peer(string target, Settings settings) => settings.Scenario.Transport switch
    {
        Transport.Grpc => "grpc",
        Transport.Messages => "worker",
        _ => target == "recipe" ? "recipe" : "webapi",
    };

    private static Target PeerTarget(string name, string assembly, Deployment deployment, Settings settings)
    {
        var stock = settings.Scenario.Transport switch
        {
            Transport.Grpc => "dotnet new grpc",
            Transport.Messages => "dotnet new worker + DotPulsar's sample",
            _ => "dotnet new webapi",
        };
        var plain = Plain(deployment, settings);
        return name switch
        {
            "recipe" => new(name, $"{stock} + delayed IHostLifetime", assembly, plain.With("Shutdown__DelaySeconds", settings.DelaySeconds ?? 5), false),
            "prestop" => new(name, $"{stock} + preStop sleep", assembly, plain with { PreStopSeconds = deployment.PreStopSeconds }, false),
            _ => new(name, stock, assembly, plain, false),
        };
    }

    private async Task GenerateAsync(string graceful, Scenario scenario)
    {
        var solution = await workspace.NewAsync(scenario.Template, "--no-restore");
        var service = Workspace.ServiceFolder(solution);
        if (scenario.Transport == Transport.Messages) await _workers.ProvideClientAsync(solution);
        foreach (var file in scenario.Replaced) Peers.Copy(Workers.Peer(Path.GetFileName(file)), Path.Combine(service, Path.GetDirectoryName(file)!));
        _deployments[graceful] = Deployment.Parse(await Kustomize.RenderAsync(Path.Combine(solution, "k8s")));
        _assemblies[graceful] = workspace.BuildReleaseAsync(service);
    }

    /// <summary>The stock template, which gets the requests of the load to answer, and the recipe if it is to.</summary>
    private async Task<string> PeerAsync(string peer)
    {
        if (peer == "grpc") return await workspace.NewAsync("grpc", "--no-restore");
        if (peer == "worker") return await _workers.StockAsync();
        var folder = await workspace.NewAsync("webapi", "--no-https", "--no-restore");
        var program = Path.Combine(folder, "Program.cs");
        var text = await File.ReadAllTextAsync(program);
        if (!text.Contains(Run)) throw new InvalidOperationException($"{program} has no {Run}");
        text = text.Replace(Run, "app.MapJobs();\n" + Run);
        if (peer == "recipe") text = text.Replace("var app = ", "builder.Services.AddSingleton<IHostLifetime, DelayedLifetime>();\nvar app = ");
        await File.WriteAllTextAsync(program, text);
        Peers.Copy("JobsApi.cs", folder);
        if (peer == "recipe") Peers.Copy("DelayedLifetime.cs", folder);
        return folder;
    }

    private static Deployment Override(Deployment manifest, Settings settings)
    {
        var deployment = manifest with
        {
            Replicas = settings.Replicas ?? manifest.Replicas,
            MinReadySeconds = settings.MinReadySeconds ?? manifest.MinReadySeconds,
            GraceSeconds = settings.GraceSeconds ?? manifest.GraceSeconds,
            PreStopSeconds = settings.PreStopSeconds ?? manifest.PreStopSeconds,
        };
        deployment = deployment.With("Shutdown__GraceSeconds", deployment.GraceSeconds).With("Shutdown__PreStopSeconds", deployment.PreStopSeconds);
        return settings.DelaySeconds is { } delay ? deployment.With("Shutdown__DelaySeconds", delay) : deployment;
    }

    /// <summary>The same Deployment without what the templates add for the stop: Kubernetes' own grace period, no preStop, no health endpoints.</summary>
    private static Deployment Plain(Deployment deployment, Settings settings)
    {
        return deployment with
        {
            PreStopSeconds = 0,
            GraceSeconds = settings.GraceSeconds ?? 30,
            Startup = PlainProbe(deployment.Startup),
            Readiness = PlainProbe(deployment.Readiness),
            Environment = new Dictionary<string, string>(),
        };

        Probe PlainProbe(Probe probe) => settings.Scenario.Transport switch
        {
            Transport.Grpc => probe with { Path = null },
            Transport.Messages => Probe.None, // The stock worker listens nowhere.
            _ => probe with { Path = "/weatherforecast" },
        };
    }
}
