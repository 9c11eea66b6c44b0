using YamlDotNet.RepresentationModel;

namespace Rollout.Model;

/// <summary>What the manifest says about starting, stopping and replacing pods.</summary>
internal sealed record Deployment
{
    public required int Replicas { get; init; }
    public required IntOrPercent MaxSurge { get; init; }
    public required IntOrPercent MaxUnavailable { get; init; }
    public required double MinReadySeconds { get; init; }

    /// <summary>terminationGracePeriodSeconds.</summary>
    public required double GraceSeconds { get; init; }
    public required double PreStopSeconds { get; init; }
    public required Probe Startup { get; init; }
    public required Probe Readiness { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The Deployment among what would be applied.</summary>
    public static Deployment Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var root = stream.Documents.Select(document => document.RootNode).FirstOrDefault(node => Text(node, "kind") == "Deployment")
            ?? throw new FormatException("The manifests have no Deployment.");
        var spec = Find(root, "spec")!;
        var pod = Find(spec, "template", "spec")!;
        var container = ((YamlSequenceNode)Find(pod, "containers")!).Single();
        return new Deployment
        {
            Replicas = (int)Number(spec, 1, "replicas"),
            MaxSurge = new IntOrPercent(Text(spec, "strategy", "rollingUpdate", "maxSurge") ?? "25%"),
            MaxUnavailable = new IntOrPercent(Text(spec, "strategy", "rollingUpdate", "maxUnavailable") ?? "25%"),
            MinReadySeconds = Number(spec, 0, "minReadySeconds"),
            GraceSeconds = Number(pod, 30, "terminationGracePeriodSeconds"),
            PreStopSeconds = Number(container, 0, "lifecycle", "preStop", "sleep", "seconds"),
            Startup = ProbeOf(container, "startupProbe"),
            Readiness = ProbeOf(container, "readinessProbe"),
            Environment = (Find(container, "env") as YamlSequenceNode)?.Where(variable => Find(variable, "value") is not null)
                .ToDictionary(variable => Text(variable, "name")!, variable => Text(variable, "value")!) ?? [],
        };
    }

    public Deployment With(string variable, double value) => With(variable, FormattableString.Invariant($"{value}"));

    public Deployment With(string variable, string value) =>
        this with { Environment = new Dictionary<string, string>(Environment) { [variable] = value } };

    private static Probe ProbeOf(YamlNode container, string name) => Find(container, name) is null ? Probe.None : new(
        Text(container, name, "httpGet", "path"),
        Number(container, 10, name, "periodSeconds"), Number(container, 1, name, "timeoutSeconds"), (int)Number(container, 3, name, "failureThreshold"));

    private static double Number(YamlNode node, double fallback, params string[] path) =>
        Text(node, path) is { } text ? double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : fallback;

    private static string? Text(YamlNode node, params string[] path) => (Find(node, path) as YamlScalarNode)?.Value;

    private static YamlNode? Find(YamlNode node, params string[] path) =>
        path.Aggregate((YamlNode?)node, (parent, key) => parent is YamlMappingNode mapping && mapping.Children.TryGetValue(key, out var child) ? child : null);
}

/// <summary>A probe of the kubelet: a fresh connection each time.</summary>
/// <param name="Path">Of an HTTP GET; null: a TCP connection is enough.</param>
internal sealed record Probe(string? Path, double PeriodSeconds, double TimeoutSeconds, int FailureThreshold)
{
    /// <summary>The container has none, and counts as started and ready while it runs.</summary>
    public static Probe None { get; } = new(null, PeriodSeconds: 1, TimeoutSeconds: 0, FailureThreshold: 1);
}
