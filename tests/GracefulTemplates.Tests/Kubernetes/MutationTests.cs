using GracefulTemplates.Tests.Pack;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>Every check fails when it should: a sound output is broken in one place, and the check that is for it has to see that.</summary>
public sealed class MutationTests(MutationTests.SoundOutputs outputs) : IClassFixture<MutationTests.SoundOutputs>
{
    private const string Deployment = "k8s/deployment.yaml";
    private const string Service = "k8s/service.yaml";
    private const string Policy = "k8s/networkpolicy.yaml";
    private const string Kustomization = "k8s/kustomization.yaml";

    private static readonly (string Check, string File, string From, string To)[] All =
    [
        ("FieldsAreKnown", Deployment, "  minReadySeconds: 10", "  minReadySecond: 10"),
        ("FieldsAreKnown", Deployment, "  replicas: 2", "  replicas: 2\n  replicas: 3"),
        ("FieldsAreKnown", "k8s/overlays/strict/deployment.yaml", "runAsUser:", "runAsUsr:"),
        ("ValuesHaveTheirTypes", Deployment, "GraceSeconds, value: \"45\"", "GraceSeconds, value: 45"),
        ("ValuesHaveTheirTypes", Deployment, "PeriodSeconds: 45", "PeriodSeconds: \"45\""),
        ("ValuesHaveTheirTypes", Deployment, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: \"true\""),
        ("NamesAgree", "k8s/serviceaccount.yaml", "name: \"shop\"", "name: store"),
        ("NamesAgree", "k8s/overlays/hpa/hpa.yaml", "kind: Deployment, name: \"shop\"", "kind: Deployment, name: store"),
        ("NamesAgree", Kustomization, "select: {kind: Deployment, name: \"shop\"}", "select: {kind: Deployment, name: store}"),
        ("SelectorsAgree", Service, "  selector:\n    app.kubernetes.io/name: \"shop\"", "  selector:\n    app.kubernetes.io/name: store"),
        ("SelectorsAgree", "k8s/pdb.yaml", "      app.kubernetes.io/name: \"shop\"", "      app: shop"),
        ("SelectorsAgree", Policy, "      app.kubernetes.io/name: \"shop\"", "      app: shop"),
        ("ImagesAgree", Deployment, "/shop:1.0.0", "/store:1.0.0"),
        ("ImagesAgree", Kustomization, "newTag: \"1.0.0\"", "newTag: \"1.0.1\""),
        ("ImagesAgree", "compose.yaml", "/shop:1.0.0", "/shop:latest"),
        ("PortsAreThoseItListensOn", Deployment, "containerPort: 8080", "containerPort: 80"),
        ("PortsAreThoseItListensOn", Deployment, "path: /ready, port: http", "path: /ready, port: health"),
        ("PortsAreThoseItListensOn", Service, "targetPort: http", "targetPort: web"),
        ("PortsAreThoseItListensOn", Policy, "port: 8080", "port: http"),
        ("PortsAreThoseItListensOn", Policy, "        - {protocol: TCP, port: 15008}\n", ""),
        ("ProbesAskTheRightThing", Deployment, "path: /ready", "path: /readyz"),
        ("ProbesAskTheRightThing", Deployment, "          livenessProbe:\n            httpGet: {path: /healthz", "          livenessProbe:\n            httpGet: {path: /ready"),
        ("ProbesAskTheRightThing", Deployment, "path: /started", "path: /healthz"),
        ("PreStopIsForServers", Deployment, "sleep: {seconds: 5}", "exec: {command: [sleep, \"5\"]}"),
        ("PreStopIsForServers", Deployment, "sleep: {seconds: 5}", "sleep: {seconds: 50}"),
        ("PreStopIsForServers", Deployment, "sleep: {seconds: 5}", "sleep: {seconds: 0}"),
        ("TimesAddUp", Deployment, "PeriodSeconds: 45", "PeriodSeconds: 30"),
        ("TimesAddUp", Deployment, "PreStopSeconds, value: \"5\"", "PreStopSeconds, value: \"0\""),
        ("TimesAddUp", "src/Shop/appsettings.json", "\"GraceSeconds\": 45", "\"GraceSeconds\": 60"),
        ("TimesAddUp", "src/Shop/appsettings.json", "\"DelaySeconds\": 5", "\"DelaySeconds\": 40"),
        ("TimesAddUp", Deployment, "failureThreshold: 2\n", "failureThreshold: 4\n"),
        ("ReplacementsFindTheirFields", Kustomization, "[name=Shutdown__GraceSeconds]", "[name=Shutdown__Grace]"),
        ("ReplacementsFindTheirFields", Kustomization, "fieldPath: spec.template.spec.terminationGracePeriodSeconds", "fieldPath: spec.template.spec.activeDeadlineSeconds"),
        ("RolloutKeepsAllPods", Deployment, "maxUnavailable: 0", "maxUnavailable: 1"),
        ("RolloutKeepsAllPods", Deployment, "progressDeadlineSeconds: 300", "progressDeadlineSeconds: 60"),
        ("RolloutKeepsAllPods", "k8s/pdb.yaml", "  maxUnavailable: 1", "  minAvailable: 2"),
        ("PodIsRestricted", Deployment, "        runAsNonRoot: true\n        runAsUser", "        runAsUser"),
        ("PodIsRestricted", Deployment, "drop: [ALL]", "drop: [NET_RAW]"),
        ("PodIsRestricted", Deployment, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
        ("PodIsRestricted", Deployment, "mountPath: /tmp", "mountPath: /temp"),
        ("ResourcesAreBounded", Deployment, "            limits:\n              memory: 192Mi", "            limits:\n              memory: 256Mi"),
        ("ServiceIsProcess1", "Dockerfile", "ENTRYPOINT [\"dotnet\", \"Shop.dll\"]", "ENTRYPOINT dotnet Shop.dll"),
        ("ServiceIsProcess1", "Dockerfile", "\"Shop.dll\"]", "\"Store.dll\"]"),
        ("ImageIsSmallAndNotRoot", "Dockerfile", "USER $APP_UID", "USER app"),
        ("ImageIsSmallAndNotRoot", "Dockerfile", "aspnet:10.0-noble-chiseled", "aspnet:10.0"),
        ("ImageIsSmallAndNotRoot", ".dockerignore", "**/obj\n", ""),
        ("ImageIsSmallAndNotRoot", "Dockerfile", "EXPOSE 8080", "EXPOSE 80"),
        ("ImageBuildsAnywhere", "Dockerfile", "# Needs BuildKit", "# syntax=docker/dockerfile:1"),
        ("ImageBuildsAnywhere", "Dockerfile", "COPY [\"src\", \"src\"]", "COPY src src"),
        ("ImageBuildsAnywhere", "Dockerfile", "COPY --from=build", "COPY --link --from=build"),
        ("ImageBuildsAnywhere", "Dockerfile", ",sharing=locked", ""),
        ("ImageBuildsAnywhere", "Dockerfile", " -o /app", " --no-restore -o /app"),
        ("ComposeIsAsStrictAsTheCluster", "compose.yaml", "name: \"shop\"", "name: store"),
        ("ComposeIsAsStrictAsTheCluster", "compose.yaml", "read_only: true", "read_only: false"),
        ("ComposeIsAsStrictAsTheCluster", "compose.yaml", "stop_grace_period: 45s", "stop_grace_period: 10s"),
    ];

    // Some files and lines are of one part only; the template that has most of them is broken everywhere else.
    private static readonly Dictionary<string, (string Check, string File, string From, string To)[]> OfOnePart = new()
    {
        ["graceful-grpc"] =
        [
            ("PortsAreThoseItListensOn", Service, "clusterIP: None", "sessionAffinity: None"),
            ("PortsAreThoseItListensOn", "src/Shop/appsettings.json", "http://*:8081", "http://*:8082"),
            ("PortsAreThoseItListensOn", Policy, "port: 8081", "port: 8080"),
        ],
        ["graceful-pulsar-worker"] =
        [
            ("ValuesHaveTheirTypes", "k8s/overlays/keda/scaledobject.yaml", "msgBacklogThreshold: \"50\"", "msgBacklogThreshold: 50"),
            ("PreStopIsForServers", Deployment, "          startupProbe:", "          lifecycle: {preStop: {sleep: {seconds: 5}}}\n          startupProbe:"),
            ("PortsAreThoseItListensOn", Policy, "  policyTypes: [Ingress]", "  policyTypes: [Ingress]\n  ingress: [{ports: [{port: http}]}]"),
            ("ComposeIsAsStrictAsTheCluster", "compose.yaml", "condition: service_healthy", "condition: service_started"),
        ],
    };

    public static TheoryData<string, string, string, string, string> Mutations
    {
        get
        {
            var rows = new TheoryData<string, string, string, string, string>();
            foreach (var (check, file, from, to) in All)
                rows.Add("graceful-webapi", check, file, from, to);
            foreach (var (template, mutations) in OfOnePart.Where(part => Repository.Templates.Contains(part.Key)))
                foreach (var (check, file, from, to) in mutations)
                    rows.Add(template, check, file, from, to);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Mutations))]
    public void A_broken_copy_is_found(string template, string check, string file, string from, string to)
    {
        var service = outputs.Of(template);
        var find = ManifestChecks.All.GetValueOrDefault(check) ?? ImageChecks.All[check];
        Assert.Empty(find(service));
        var path = Path.Combine(service.Folder, file);
        var sound = File.ReadAllText(path);
        Assert.Contains(from, sound);

        File.WriteAllText(path, sound.Replace(from, to));
        try
        {
            Assert.NotEmpty(find(service));
        }
        finally
        {
            File.WriteAllText(path, sound);
        }
    }

    [Fact]
    public void Every_check_has_a_mutation() =>
        Assert.Equal(ManifestChecks.All.Keys.Concat(ImageChecks.All.Keys).Order(), All.Select(mutation => mutation.Check).Distinct().Order());

    /// <summary>Each template's output, generated once: the tests of a class run one after the other.</summary>
    public sealed class SoundOutputs : IDisposable
    {
        private readonly Dictionary<string, (Sandbox Sandbox, GeneratedService Service)> _outputs = [];

        public GeneratedService Of(string template)
        {
            if (!_outputs.TryGetValue(template, out var output))
            {
                var sandbox = Sandbox.For($"mutations/{template}");
                _outputs[template] = output = (sandbox, new GeneratedService(sandbox.Generate(template, "Shop"), template));
            }
            return output.Service;
        }

        public void Dispose()
        {
            foreach (var (sandbox, _) in _outputs.Values)
            {
                sandbox.Passed(); // There is nothing to see in it: every mutation has been taken back.
                sandbox.Dispose();
            }
        }
    }
}
