using System.Reflection;
using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>One YAML document: its text, its tree, and the type the Kubernetes API has for it.</summary>
public sealed record Manifest(string Source, string Text, YamlMappingNode Root)
{
    private static readonly Dictionary<string, Type> Types = typeof(V1Deployment).Assembly.GetExportedTypes()
        .Select(type => (Type: type, Entity: type.GetCustomAttribute<KubernetesEntityAttribute>(inherit: false)))
        .Where(known => known.Entity is not null && typeof(IKubernetesObject).IsAssignableFrom(known.Type))
        .GroupBy(known => $"{(known.Entity!.Group.Length == 0 ? "" : known.Entity.Group + "/")}{known.Entity.ApiVersion} {known.Entity.Kind}")
        .ToDictionary(known => known.Key, known => known.First().Type);

    private object? _object;

    public string ApiVersion => Root.Text("apiVersion");
    public string Kind => Root.Text("kind");
    public string Name => Root.Text("metadata.name");

    /// <summary>Null for what an extension of Kubernetes brings, such as KEDA's ScaledObject, and for kustomize's own kinds.</summary>
    public Type? Type => Types.GetValueOrDefault($"{ApiVersion} {Kind}");

    /// <summary>The documents of a file, or of what kustomize prints.</summary>
    public static IEnumerable<Manifest> Parse(string source, string text) =>
        from document in $"\n{text}".Split("\n---\n")
        let stream = Load(document)
        where stream.Documents.Count > 0
        select new Manifest(source, document, (YamlMappingNode)stream.Documents.Single().RootNode);

    public T As<T>() => (T)(_object ??= KubernetesYaml.Deserialize<T>(Text)!);

    /// <summary>Reads as the API server does with strict field validation: no unknown field, no field twice.</summary>
    public object? ReadStrictly() => Type is null ? null : KubernetesYaml.LoadAllFromString(Text, strict: true).Single();

    public override string ToString() => $"{Source} ({Kind} {Name})";

    private static YamlStream Load(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream;
    }
}
