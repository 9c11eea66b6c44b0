using System.Xml.Linq;
using Benchmarks;

namespace Rollout.Targets;

/// <summary>What workers need besides: their client library, and for the stock template the sample that people start from.</summary>
internal sealed class Workers(Workspace workspace)
{
    private const string AddWorker = "builder.Services.AddHostedService<Worker>();";

    private XElement? _client;

    /// <summary>DotPulsar for all that is built from now on: the package, or where that cannot be restored its stand-in.</summary>
    public async Task ProvideClientAsync(string gracefulSolution)
    {
        var packages = Path.Combine(gracefulSolution, "Directory.Packages.props");
        _client = XDocument.Load(packages).Descendants("PackageVersion").Single(package => package.Attribute("Include")!.Value == "DotPulsar");
        await PulsarClient.ProvideAsync(gracefulSolution);
    }

    /// <summary>The file of Peers to use: with the real client, its own <c>Process()</c> in the place of the one that is written out.</summary>
    public static string Peer(string file) => file == "PulsarWorker.cs" && !PulsarClient.IsStandIn ? Path.Combine("Process", file) : file;

    /// <summary>The stock template with DotPulsar, in the version of the graceful worker, and its sample.</summary>
    public async Task<string> StockAsync()
    {
        var folder = await workspace.NewAsync("worker", "--no-restore");
        var project = Path.Combine(folder, $"{Workspace.Name}.csproj");
        var xml = XElement.Load(project);
        xml.Add(new XElement("ItemGroup", new XElement("PackageReference", _client!.Attributes())));
        xml.Save(project);
        var program = Path.Combine(folder, "Program.cs");
        var text = await File.ReadAllTextAsync(program);
        if (!text.Contains(AddWorker)) throw new InvalidOperationException($"{program} has no {AddWorker}");
        await File.WriteAllTextAsync(program, text.Replace(AddWorker, $"builder.Services.AddSingleton<{Workspace.Name}.Jobs.JobRunner>();\n{AddWorker}"));
        Peers.Copy("Worker.cs", folder);
        Peers.Copy("JobRunner.cs", folder);
        return folder;
    }
}
