using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>A generated folder, as far as Docker and Kubernetes are concerned. Reads only what is asked for.</summary>
/// <param name="Rendered">What kustomize makes of it; null for the files as they are.</param>
public sealed record GeneratedService(string Folder, string Template, string? Rendered = null)
{
    private static readonly ConcurrentDictionary<(string Template, string Part), bool> Parts = new();

    /// <summary>What was read of each file, by its name: every check asks for the same ones, and parsing took half of a row's time.</summary>
    private readonly ConcurrentDictionary<string, (string Text, IReadOnlyList<Manifest> Manifests)> _read = new();

    /// <summary>A part as template.json defines it: http, grpc, pulsar.</summary>
    public bool Has(string part) => Parts.GetOrAdd((Template, part), key => $"{Repository.Config(key.Template)["symbols"]![key.Part]!["value"]}" == "true");

    /// <summary>False for what was generated with <c>--prestop-seconds 0</c>.</summary>
    public bool HasPreStop { get; init; } = true;

    public bool IsServer => Has("http") || Has("grpc");
    public bool HasKubernetes => Directory.Exists(Path.Combine(Folder, "k8s"));
    public bool HasDocker => File.Exists(Path.Combine(Folder, "Dockerfile"));

    /// <summary>What is applied.</summary>
    public IReadOnlyList<Manifest> Manifests =>
        Rendered is not null ? Parse("kubectl kustomize", Rendered) : [.. ManifestsIn("k8s", SearchOption.TopDirectoryOnly)];

    /// <summary>What the options add, and their patches.</summary>
    public IReadOnlyList<Manifest> Options => [.. ManifestsIn("k8s/overlays", SearchOption.AllDirectories)];

    public V1Deployment Deployment => One<V1Deployment>();
    public V1PodSpec Pod => Deployment.Spec.Template.Spec;
    public V1Container Container => Pod.Containers.Single();
    public V1PodDisruptionBudget DisruptionBudget => One<V1PodDisruptionBudget>();
    public V1NetworkPolicy NetworkPolicy => One<V1NetworkPolicy>();
    public IReadOnlyList<V1Service> Services => [.. All<V1Service>()];

    public YamlMappingNode Kustomization => Yaml("k8s/kustomization.yaml");
    public YamlMappingNode Compose => Yaml("compose.yaml");
    public string Dockerfile => Text("Dockerfile");
    public JsonNode Settings => JsonNode.Parse(Text($"src/{ProjectName}/appsettings.json"))!;
    /// <summary>What Docker starts: the project's name, unless a package has it.</summary>
    public string AssemblyName =>
        XDocument.Parse(Text($"src/{ProjectName}/{ProjectName}.csproj")).Descendants("AssemblyName").SingleOrDefault()?.Value ?? ProjectName;

    public string ProjectName => Path.GetFileName(Directory.GetDirectories(Path.Combine(Folder, "src")).Single());

    /// <summary>The ports it listens on in its container, by name: Kestrel:Endpoints, else what the base image sets.</summary>
    public IReadOnlyDictionary<string, int> Listens => Settings["Kestrel"]?["Endpoints"] is JsonObject endpoints
        ? endpoints.ToDictionary(endpoint => endpoint.Key.ToLowerInvariant(), endpoint => int.Parse($"{endpoint.Value!["Url"]}".Split(':')[^1]))
        : new Dictionary<string, int> { ["http"] = 8080 };

    /// <summary>The value of an environment variable in the manifest; null when it is not set there.</summary>
    public string? Environment(string name) => Container.Env.SingleOrDefault(variable => variable.Name == name)?.Value;

    public string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public IEnumerable<T> All<T>() => Manifests.Where(manifest => manifest.Type == typeof(T)).Select(manifest => manifest.As<T>());

    private T One<T>() => All<T>().Single();

    private YamlMappingNode Yaml(string file) => Parse(file, Text(file)).Single().Root;

    private IEnumerable<Manifest> ManifestsIn(string folder, SearchOption depth) =>
        from file in Directory.GetFiles(Path.Combine(Folder, folder), "*.yaml", depth).Order(StringComparer.Ordinal)
        where Path.GetFileName(file) is not ("kustomization.yaml" or "namereference.yaml")
        from manifest in Parse(Path.GetRelativePath(Folder, file), File.ReadAllText(file))
        select manifest;

    // Some tests change a file between two checks.
    private IReadOnlyList<Manifest> Parse(string source, string text)
    {
        if (!_read.TryGetValue(source, out var read) || read.Text != text) _read[source] = read = (text, [.. Manifest.Parse(source, text)]);
        return read.Manifests;
    }
}
