using GracefulTemplates.Tests.Pack;
using k8s.Models;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>What <c>kubectl apply -k k8s</c> would send.</summary>
[Trait("Category", "Slow")]
public sealed class RenderingTests
{
    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Rendered_manifests_are_sound(string template) => Rendered(template, "base", service => { }, _ => { });

    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Grace_period_and_preStop_are_written_once(string template) => Rendered(template, "ladder",
        service =>
        {
            Edit(service.Folder, "k8s/deployment.yaml", "terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 90");
            if (service.IsServer)
                Edit(service.Folder, "k8s/deployment.yaml", "seconds: 5}", "seconds: 12}");
        },
        service =>
        {
            Assert.Equal("90", service.Environment("Shutdown__GraceSeconds"));
            Assert.Equal(service.IsServer ? "12" : null, service.Environment("Shutdown__PreStopSeconds"));
        });

    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Version_is_that_of_kustomization(string template) => Rendered(template, "version",
        service => Edit(service.Folder, "k8s/kustomization.yaml", "newTag: \"1.0.0\"", "newTag: \"1.10\""),
        service => Assert.Equal("registry.example.com/shop:1.10", service.Container.Image));

    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Every_option_can_be_taken_alone(string template)
    {
        using var sandbox = Sandbox.For($"kustomize/{template}/alone");
        AssertRendered(sandbox, template, OptionsOf(template).Select(option => (string[])[option]));
    }

    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Options_can_be_combined_in_any_order(string template)
    {
        using var sandbox = Sandbox.For($"kustomize/{template}/combined");
        AssertRendered(sandbox, template, OrdersOf([.. OptionsOf(template)]));
    }

    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Names_can_be_given_a_prefix_and_replicas_be_deleted_before_an_autoscaler_comes(string template) => Rendered(template, "prefix",
        service =>
        {
            TakeOptions(service.Folder, [.. OptionsOf(template)]);
            Edit(service.Folder, "k8s/deployment.yaml", "  replicas: 2\n", "");
            Edit(service.Folder, "k8s/kustomization.yaml", "kind: Kustomization\n", "kind: Kustomization\nnamePrefix: blue-\n");
        },
        service =>
        {
            Assert.All(service.Manifests, manifest => Assert.StartsWith("blue-shop", manifest.Name));
            Assert.All(service.Manifests.Where(manifest => manifest.Root.Find("spec.scaleTargetRef") is not null),
                manifest => Assert.Equal("blue-shop", manifest.Root.Text("spec.scaleTargetRef.name")));
            Assert.Equal("blue-shop", service.Pod.ServiceAccountName);
            Assert.Equal("45", service.Environment("Shutdown__GraceSeconds"));
        },
        sound: false);

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Kustomization_offers_the_options_that_are_there(string template)
    {
        using var sandbox = Sandbox.For($"options/{template}");
        var folder = sandbox.Generate(template, "Shop");

        var there = Directory.GetDirectories(Path.Combine(folder, "k8s", "overlays")).Select(option => Path.GetFileName(option)).Order();
        TakeOptions(folder, [.. OptionsOf(template)]);

        Assert.Equal(there, new GeneratedService(folder, template).Kustomization.Items("components").Select(option => Path.GetFileName($"{option}")).Order());
        sandbox.Passed();
    }

    private static IEnumerable<string[]> OrdersOf(string[] options) => options.Length <= 1
        ? [options]
        : from first in options
          from others in OrdersOf([.. options.Where(option => option != first)])
          select (string[])[first, .. others];

    private static IEnumerable<string> OptionsOf(string template)
    {
        var service = new GeneratedService("", template);
        return ["strict", "monitoring", .. service.IsServer ? (string[])["hpa"] : [], .. service.Has("pulsar") ? (string[])["keda"] : []];
    }

    private static void AssertHas(GeneratedService service, string option)
    {
        switch (option)
        {
            case "strict":
                Assert.Equal((10001, "Always", "1"), (service.Pod.SecurityContext.RunAsUser, service.Container.ImagePullPolicy, $"{service.Container.Resources.Limits["cpu"]}"));
                Assert.Equal(["Ingress", "Egress"], service.NetworkPolicy.Spec.PolicyTypes);
                // DNS, also where its pods do not listen on 53.
                Assert.Equal(["UDP 53", "TCP 53", "UDP 5353", "TCP 5353"], service.NetworkPolicy.Spec.Egress[0].Ports.Select(port => $"{port.Protocol} {port.Port.Value}"));
                break;
            case "monitoring":
                Assert.Single(service.Manifests, manifest => manifest.Kind == "PrometheusRule");
                break;
            case "hpa":
                Assert.Null(service.Deployment.Spec.Replicas);
                var scaler = service.All<V2HorizontalPodAutoscaler>().Single().Spec;
                Assert.Equal(service.Deployment.Metadata.Name, scaler.ScaleTargetRef.Name);
                Assert.Equal((1, 60, 300), (scaler.Behavior.ScaleDown.Policies.Single().Value, scaler.Behavior.ScaleDown.Policies.Single().PeriodSeconds, scaler.Behavior.ScaleDown.StabilizationWindowSeconds));
                break;
            case "keda":
                Assert.Null(service.Deployment.Spec.Replicas);
                var scaled = service.Manifests.Single(manifest => manifest.Kind == "ScaledObject").Root;
                var triggers = scaled.Items("spec.triggers").ToList();
                var trigger = triggers[0];
                // What answers requests needs the pods for them, whatever the backlog.
                Assert.Equal(service.IsServer ? ("2", "pulsar cpu") : ("1", "pulsar"),
                    (scaled.Text("spec.minReplicaCount"), string.Join(' ', triggers.Select(each => each.Text("type")))));
                Assert.Equal(($"{service.Settings["Pulsar"]!["Topic"]}", $"{service.Settings["Pulsar"]!["Subscription"]}"),
                    (trigger.Text("metadata.topic"), trigger.Text("metadata.subscription")));
                break;
        }
    }

    /// <summary>Generates once, and takes each of these sets of options from what was generated.</summary>
    private static void AssertRendered(Sandbox sandbox, string template, IEnumerable<string[]> sets)
    {
        var folder = Generated(sandbox, template).Folder;
        var file = Path.Combine(folder, "k8s", "kustomization.yaml");
        var asGenerated = File.ReadAllText(file);
        foreach (var options in sets)
        {
            File.WriteAllText(file, asGenerated);
            TakeOptions(folder, options);
            var service = Rendered(sandbox, new(folder, template), sound: true); // A new one: it keeps what it has read.
            Assert.All(options, option => AssertHas(service, option));
        }
        sandbox.Passed();
    }

    /// <summary>Generates, edits, renders, and makes sure that what came out is sound.</summary>
    private static void Rendered(string template, string scenario, Action<GeneratedService> edit, Action<GeneratedService> assert, bool sound = true)
    {
        using var sandbox = Sandbox.For($"kustomize/{template}/{scenario}");
        var service = Generated(sandbox, template);
        edit(service);
        assert(Rendered(sandbox, service, sound));
        sandbox.Passed();
    }

    private static GeneratedService Generated(Sandbox sandbox, string template) => new(sandbox.Generate(template, "Shop", "--no-docker"), template);

    private static GeneratedService Rendered(Sandbox sandbox, GeneratedService service, bool sound)
    {
        service = service with { Rendered = Kubectl.Kustomize(Path.Combine(service.Folder, "k8s")) };
        var problems = ManifestTests.Problems(service);
        Assert.True(!sound || problems.Count == 0, sandbox.Report("Wrong:", problems));
        return service;
    }

    /// <summary>Takes the "#" away, as kustomization.yaml says, and puts the options into this order.</summary>
    private static void TakeOptions(string folder, params string[] options)
    {
        foreach (var option in options)
            Edit(folder, "k8s/kustomization.yaml", $"#  - overlays/{option}", "# ");
        Edit(folder, "k8s/kustomization.yaml", "#components:", $"components:{string.Concat(options.Select(option => $"\n  - overlays/{option}"))}");
    }

    private static void Edit(string folder, string file, string from, string to)
    {
        var path = Path.Combine(folder, file);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text);
        File.WriteAllText(path, text.Replace(from, to));
    }
}
