using System.Globalization;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>What must hold of the manifests, plain or rendered, and no linter knows. Each check gives what it found wrong.</summary>
public static class ManifestChecks
{
    private const double SpareSeconds = 5;

    /// <summary>How far a kube-proxy may be behind, as in tests/Rollout.</summary>
    private const double SlowProxySeconds = 2;

    /// <summary>Where calls arrive in a mesh: at Linkerd's proxy, and at Istio's for ambient pods. A policy that does not let them in blocks all of them.</summary>
    private static readonly string[] MeshPorts = ["4143", "15008"];

    public static IReadOnlyDictionary<string, Func<GeneratedService, IEnumerable<string>>> All { get; } =
        new Dictionary<string, Func<GeneratedService, IEnumerable<string>>>
        {
            [nameof(FieldsAreKnown)] = FieldsAreKnown,
            [nameof(ValuesHaveTheirTypes)] = ValuesHaveTheirTypes,
            [nameof(NamesAgree)] = NamesAgree,
            [nameof(SelectorsAgree)] = SelectorsAgree,
            [nameof(ImagesAgree)] = ImagesAgree,
            [nameof(PortsAreThoseItListensOn)] = PortsAreThoseItListensOn,
            [nameof(ProbesAskTheRightThing)] = ProbesAskTheRightThing,
            [nameof(PreStopIsForServers)] = PreStopIsForServers,
            [nameof(TimesAddUp)] = TimesAddUp,
            [nameof(ReplacementsFindTheirFields)] = ReplacementsFindTheirFields,
            [nameof(RolloutKeepsAllPods)] = RolloutKeepsAllPods,
            [nameof(PodIsRestricted)] = PodIsRestricted,
            [nameof(ResourcesAreBounded)] = ResourcesAreBounded,
        };

    private static IEnumerable<string> FieldsAreKnown(GeneratedService service)
    {
        Manifest[] manifests = [];
        if (Refusal(() => manifests = [.. service.Manifests, .. service.Options]) is { } unreadable)
            return [unreadable];
        return from manifest in manifests
               let refusal = Refusal(() => manifest.ReadStrictly())
               where refusal is not null
               select $"{manifest}: {refusal}";
    }

    private static IEnumerable<string> ValuesHaveTheirTypes(GeneratedService service) =>
    [
        .. from manifest in service.Manifests.Concat(service.Options)
           from problem in ValueTypes.Problems(manifest)
           select $"{manifest}{problem}",
        // KEDA's own type: a trigger takes texts.
        .. from manifest in service.Manifests.Concat(service.Options)
           where manifest.Kind == "ScaledObject"
           from trigger in manifest.Root.Items("spec.triggers")
           from entry in (YamlMappingNode)trigger.Find("metadata")!
           where entry.Value is not YamlScalarNode { Value: var value, Style: var style }
               || (style == ScalarStyle.Plain && (value is "true" or "false" || double.TryParse(value, CultureInfo.InvariantCulture, out _)))
           select $"{manifest}: {entry.Key} must be a text",
    ];

    private static IEnumerable<string> NamesAgree(GeneratedService service)
    {
        var name = service.Deployment.Metadata.Name;
        foreach (var manifest in service.Manifests.Concat(service.Options))
        {
            if (manifest.Name != name && manifest.Name != name + "-headless")
                yield return $"{manifest}: is not called {name}";
            if (manifest.Root.Find("spec.scaleTargetRef") is { } target && target.Text("name") != name)
                yield return $"{manifest}: scales {target.Text("name")}";
        }
        if (!service.All<V1ServiceAccount>().Any(account => account.Metadata.Name == service.Pod.ServiceAccountName))
            yield return $"no service account {service.Pod.ServiceAccountName}";
        string[] copied = [.. from replacement in service.Kustomization.Items("replacements")
                              from named in replacement.Items("targets").Select(target => target.Text("select.name")).Prepend(replacement.Text("source.name"))
                              select named];
        if (copied.Any(named => named != name))
            yield return $"kustomization.yaml copies between {string.Join(", ", copied)}";
    }

    private static IEnumerable<string> SelectorsAgree(GeneratedService service)
    {
        var expected = Labels(service.Deployment.Spec.Selector.MatchLabels);
        (string Who, IDictionary<string, string>? Labels)[] all =
        [
            ("the pod", service.Deployment.Spec.Template.Metadata.Labels),
            ("the disruption budget", service.DisruptionBudget.Spec.Selector.MatchLabels),
            ("the network policy", service.NetworkPolicy.Spec.PodSelector.MatchLabels),
            .. service.Services.Select(known => ($"service {known.Metadata.Name}", known.Spec.Selector)),
            .. service.Pod.TopologySpreadConstraints.Select(spread => (spread.TopologyKey, spread.LabelSelector.MatchLabels)),
            .. service.Pod.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution
                .Select(term => (term.PodAffinityTerm.TopologyKey, term.PodAffinityTerm.LabelSelector.MatchLabels)),
        ];
        return from one in all where Labels(one.Labels) != expected select $"{one.Who} has {Labels(one.Labels)} and not {expected}";

        static string Labels(IDictionary<string, string>? labels) =>
            string.Join(",", (labels ?? new Dictionary<string, string>()).OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"));
    }

    private static IEnumerable<string> ImagesAgree(GeneratedService service)
    {
        var image = service.Container.Image;
        var wanted = service.Kustomization.Items("images").Select(entry => $"{entry.Text("name")}:{entry.Text("newTag")}").Single();
        if (image != wanted)
            yield return $"the deployment takes {image}, kustomization.yaml sets {wanted}";
        if (image.EndsWith(":latest", StringComparison.Ordinal) || !image.Split('/')[^1].Contains(':'))
            yield return $"{image} has no version";
        if (service.HasDocker && service.Compose.Text($"services.{service.Deployment.Metadata.Name}.image") is var composed && composed != image)
            yield return $"compose.yaml builds {composed}, the deployment takes {image}";
    }

    private static IEnumerable<string> PortsAreThoseItListensOn(GeneratedService service)
    {
        var ports = service.Container.Ports.ToDictionary(port => port.Name, port => port.ContainerPort);
        if (!ports.OrderBy(port => port.Key).SequenceEqual(service.Listens.OrderBy(port => port.Key)))
            yield return $"the container has {string.Join(", ", ports)}, the service listens on {string.Join(", ", service.Listens)}";

        (string Who, IntOrString? Port)[] all =
        [
            .. Probes(service).Select(probe => (probe.Name, probe.Probe?.HttpGet?.Port)),
            .. from known in service.Services from port in known.Spec.Ports select ($"service {known.Metadata.Name}", port.TargetPort),
        ];
        foreach (var (who, port) in all)
            if (port is null || !ports.ContainsKey(port.Value))
                yield return $"{who} wants port '{port?.Value}', the container has {string.Join(", ", ports.Keys)}";

        string[] serving = [.. from part in (string[])["http", "grpc"] where service.Has(part) select part];
        string[] offered = [.. from known in service.Services where known.Spec.ClusterIP != "None" from port in known.Spec.Ports select port.Name];
        if (!serving.SequenceEqual(offered))
            yield return $"the service offers {string.Join(", ", offered)} and not {string.Join(", ", serving)}";
        // By number: what a name means in a policy differs from network to network.
        string[] allowed = [.. from rule in service.NetworkPolicy.Spec.Ingress ?? [] from port in rule.Ports select port.Port.Value];
        string[] wanted = [.. serving.Select(name => $"{ports.GetValueOrDefault(name)}"), .. service.IsServer ? MeshPorts : []];
        if (!wanted.SequenceEqual(allowed))
            yield return $"the network policy lets in {string.Join(", ", allowed)} and not {string.Join(", ", wanted)}";
        foreach (var port in service.Services.Where(known => known.Spec.ClusterIP == "None").SelectMany(known => known.Spec.Ports))
            if (port.Port != ports.GetValueOrDefault(port.TargetPort.Value))
                yield return $"clients of the headless service connect to the pods, so its port {port.Port} must be theirs";
        if (service.Has("grpc") != service.Services.Any(known => known.Spec.ClusterIP == "None"))
            yield return "a headless service is for gRPC, and gRPC needs one";
    }

    private static IEnumerable<string> ProbesAskTheRightThing(GeneratedService service)
    {
        foreach (var (name, probe) in Probes(service))
            if (probe?.HttpGet?.Path is null)
                yield return $"no {name} probe over HTTP";
            else if (!service.Text($"src/{service.ProjectName}/Health/HealthEndpoints.cs").Contains($"\"{probe.HttpGet.Path}\""))
                yield return $"the {name} probe asks {probe.HttpGet.Path}, which is not mapped";
        if (service.Container.LivenessProbe?.HttpGet?.Path == service.Container.ReadinessProbe?.HttpGet?.Path)
            yield return "a pod that is not ready, because it drains, would be restarted";
        if (service.Container.StartupProbe?.HttpGet?.Path != "/started")
            yield return "a warm-up that hangs would hang forever, or a dependency that is down have the pod restarted";
    }

    private static IEnumerable<string> PreStopIsForServers(GeneratedService service)
    {
        var preStop = service.Container.Lifecycle?.PreStop;
        if (preStop?.Sleep is { Seconds: 0 })
            yield return "API servers up to 1.32 refuse a sleep of 0 seconds";
        if (service.IsServer && preStop?.Sleep is null && service.HasPreStop)
            yield return "requests are sent to a pod for a while after it was told to go: it needs a preStop sleep";
        if (!service.IsServer && preStop is not null)
            yield return "nothing is sent to a worker: a preStop only delays it";
        if (preStop?.Exec is not null)
            yield return "the image has no shell for a preStop command";
        if (preStop?.Sleep?.Seconds > service.Pod.TerminationGracePeriodSeconds)
            yield return "the API server refuses a preStop sleep longer than the grace period";
    }

    private static IEnumerable<string> TimesAddUp(GeneratedService service)
    {
        var grace = service.Pod.TerminationGracePeriodSeconds;
        var preStop = service.Container.Lifecycle?.PreStop?.Sleep?.Seconds;
        var shutdown = service.Settings["Shutdown"]!;
        if (service.Environment("Shutdown__GraceSeconds") is var told && told != grace?.ToString(CultureInfo.InvariantCulture))
            yield return $"the grace period is {grace}, the service is told {told}";
        if (service.Environment("Shutdown__PreStopSeconds") is var toldPreStop && toldPreStop != preStop?.ToString(CultureInfo.InvariantCulture))
            yield return $"the preStop sleep is {preStop}, the service is told {toldPreStop}";
        var drain = grace - (preStop ?? 0) - (double)shutdown["DelaySeconds"]! - (double)shutdown["FlushSeconds"]! - SpareSeconds;
        if (drain is null or < 1)
            yield return $"{drain} s are left to drain";
        var failsAfter = service.Container.ReadinessProbe?.PeriodSeconds * service.Container.ReadinessProbe?.FailureThreshold;
        if (service.IsServer && failsAfter + SlowProxySeconds > (double)shutdown["DelaySeconds"]!)
            yield return $"readiness fails {failsAfter} s after the signal: a pod whose container is restarted gets requests when the delay is over";
        if (service.Rendered is null && (double)shutdown["GraceSeconds"]! != grace)
            yield return $"the grace period is {grace}, appsettings.json says {shutdown["GraceSeconds"]}";
    }

    private static IEnumerable<string> ReplacementsFindTheirFields(GeneratedService service)
    {
        var deployment = service.Manifests.Single(manifest => manifest.Kind == "Deployment").Root;
        string[] copied = [.. service.Kustomization.Items("replacements").SelectMany(replacement => replacement.Items("targets")
            .SelectMany(target => target.Items("fieldPaths")).Select(path => path.ToString()).Prepend(replacement.Text("source.fieldPath")))];
        foreach (var path in copied.Where(path => deployment.Find(path) is not YamlScalarNode))
            yield return $"kustomization.yaml: no {path} in the deployment";
        foreach (var path in (string[])["terminationGracePeriodSeconds", .. service.IsServer && service.HasPreStop ? (string[])["preStop.sleep.seconds"] : []])
            if (!copied.Any(known => known.EndsWith(path, StringComparison.Ordinal)))
                yield return $"kustomization.yaml does not copy {path}";
    }

    private static IEnumerable<string> RolloutKeepsAllPods(GeneratedService service)
    {
        var spec = service.Deployment.Spec;
        var rolling = spec.Strategy.RollingUpdate;
        if (rolling.MaxUnavailable.Value != "0" || rolling.MaxSurge.Value == "0")
            yield return "a rollout takes pods away before new ones are there, or cannot begin";
        var start = service.Container.StartupProbe is { } probe ? probe.PeriodSeconds * probe.FailureThreshold : 0;
        if (spec.ProgressDeadlineSeconds <= spec.MinReadySeconds + start)
            yield return "the rollout fails while a slow pod still has time to start";
        if (service.DisruptionBudget.Spec.MaxUnavailable?.Value != "1" || service.DisruptionBudget.Spec.MinAvailable is not null)
            yield return "the disruption budget must allow one pod at a time";
        if (spec.Replicas < 2)
            yield return "the disruption budget protects nothing when there is one pod";
    }

    private static IEnumerable<string> PodIsRestricted(GeneratedService service)
    {
        // Pod Security "restricted", and what goes beyond it.
        var (pod, container) = (service.Pod.SecurityContext, service.Container.SecurityContext);
        (string What, bool Holds)[] all =
        [
            ("runAsNonRoot", pod.RunAsNonRoot == true && container.RunAsNonRoot == true && pod.RunAsUser > 0),
            ("seccompProfile RuntimeDefault", pod.SeccompProfile?.Type == "RuntimeDefault"),
            ("allowPrivilegeEscalation false", container.AllowPrivilegeEscalation == false && container.Privileged != true),
            ("capabilities drop ALL", container.Capabilities?.Drop?.SequenceEqual(["ALL"]) == true && container.Capabilities.Add is null),
            ("readOnlyRootFilesystem", container.ReadOnlyRootFilesystem == true),
            ("an emptyDir with a limit for /tmp", service.Container.VolumeMounts.Any(mount => mount.MountPath == "/tmp"
                && service.Pod.Volumes.Any(volume => volume.Name == mount.Name && volume.EmptyDir?.SizeLimit is not null))),
            ("no token for the API server", service.Pod.AutomountServiceAccountToken == false),
            ("the default terminationMessagePath", service.Container.TerminationMessagePath is null),
        ];
        return from one in all where !one.Holds select $"missing: {one.What}";
    }

    private static IEnumerable<string> ResourcesAreBounded(GeneratedService service)
    {
        var resources = service.Container.Resources;
        if (Memory(resources.Limits) is not { } limit || Memory(resources.Requests) != limit)
            yield return "the request of memory must be its limit";
        if (resources.Requests?.ContainsKey("cpu") != true)
            yield return "no CPU is requested";

        static string? Memory(IDictionary<string, ResourceQuantity>? amounts) =>
            amounts is not null && amounts.TryGetValue("memory", out var memory) ? $"{memory}" : null;
    }

    private static (string Name, V1Probe? Probe)[] Probes(GeneratedService service) =>
    [
        ("startup", service.Container.StartupProbe),
        ("liveness", service.Container.LivenessProbe),
        ("readiness", service.Container.ReadinessProbe),
    ];

    private static string? Refusal(Func<object?> read)
    {
        try
        {
            read();
            return null;
        }
        catch (YamlException exception)
        {
            return exception.InnerException?.Message ?? exception.Message;
        }
    }
}
