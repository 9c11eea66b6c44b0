using Benchmarks;
using Rollout.Model;

namespace Rollout.Targets;

/// <summary>Generates and builds what is compared, as a user would get it, and each thing once.</summary>
internal sealed class TargetBuilds(Workspace workspace)
{
    private const string Run = "app.Run();";

    /// <summary>By the template.</summary>
    private readonly Dictionary<string, Deployment> _deployments = [];

    /// <summary>By the template, and the change that was made to what came out.</summary>
    private readonly Dictionary<string, Task<string>> _assemblies = [];

    /// <summary>What a run needs. Generated one after the other, for the engine's settings are not made for two at once; built side by side.</summary>
    public async Task<Target[]> BuildAsync(Settings settings)
    {
        var template = settings.Scenario.Grpc ? "graceful-grpc" : "graceful-webapi";
        if (!_deployments.ContainsKey(template)) await GenerateAsync(template);
        var deployment = Override(_deployments[template], settings);
        foreach (var peer in settings.Targets.Where(name => name != "graceful").Select(name => Peer(name, settings)))
            if (!_assemblies.ContainsKey(peer)) _assemblies[peer] = workspace.BuildReleaseAsync(await PeerAsync(peer));

        return await Task.WhenAll(settings.Targets.Select(async name => name == "graceful"
            ? new Target(name, $"dotnet new {template}", await _assemblies[template], settings.Scenario.Change(deployment), IsGraceful: true)
            {
                ShellForm = settings.Scenario.ShellForm,
            }
            : PeerTarget(name, await _assemblies[Peer(name, settings)], deployment, settings)));
    }

    private static string Peer(string target, Settings settings) => settings.Scenario.Grpc ? "grpc" : target == "recipe" ? "recipe" : "webapi";

    private static Target PeerTarget(string name, string assembly, Deployment deployment, Settings settings)
    {
        var stock = settings.Scenario.Grpc ? "dotnet new grpc" : "dotnet new webapi";
        var plain = Plain(deployment, settings);
        return name switch
        {
            "recipe" => new(name, $"{stock} + delayed IHostLifetime", assembly, plain.With("Shutdown__DelaySeconds", settings.DelaySeconds ?? 5), false),
            "prestop" => new(name, $"{stock} + preStop sleep", assembly, plain with { PreStopSeconds = deployment.PreStopSeconds }, false),
            _ => new(name, stock, assembly, plain, false),
        };
    }

    private async Task GenerateAsync(string template)
    {
        var solution = await workspace.NewAsync(template, "--no-restore");
        _deployments[template] = Deployment.Parse(await Kustomize.RenderAsync(Path.Combine(solution, "k8s")));
        _assemblies[template] = workspace.BuildReleaseAsync(Workspace.ServiceFolder(solution));
    }

    /// <summary>The stock template, which gets the requests of the load to answer, and the recipe if it is to.</summary>
    private async Task<string> PeerAsync(string peer)
    {
        if (peer == "grpc") return await workspace.NewAsync("grpc", "--no-restore");
        var folder = await workspace.NewAsync("webapi", "--no-https", "--no-restore");
        var program = Path.Combine(folder, "Program.cs");
        var text = await File.ReadAllTextAsync(program);
        if (!text.Contains(Run)) throw new InvalidOperationException($"{program} has no {Run}");
        text = text.Replace(Run, "app.MapJobs();\n" + Run);
        if (peer == "recipe") text = text.Replace("var app = ", "builder.Services.AddSingleton<IHostLifetime, DelayedLifetime>();\nvar app = ");
        await File.WriteAllTextAsync(program, text);
        string[] additions = peer == "recipe" ? ["JobsApi.cs", "DelayedLifetime.cs"] : ["JobsApi.cs"];
        foreach (var file in additions) File.Copy(Path.Combine(AppContext.BaseDirectory, "Peers", file), Path.Combine(folder, file));
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
        var path = settings.Scenario.Grpc ? null : "/weatherforecast";
        return deployment with
        {
            PreStopSeconds = 0,
            GraceSeconds = settings.GraceSeconds ?? 30,
            Startup = deployment.Startup with { Path = path },
            Readiness = deployment.Readiness with { Path = path },
            Environment = new Dictionary<string, string>(),
        };
    }
}
