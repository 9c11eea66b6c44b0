using GracefulTemplates.Tests.Pack;
using k8s.Models;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>What <c>kubectl apply -k k8s</c> would send.</summary>
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
        service => Edit(service.Folder, "k8s/kustomization.yaml", "newTag: 1.0.0", "newTag: 1.2.3"),
        service => Assert.Equal("registry.example.com/shop:1.2.3", service.Container.Image));

    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Every_option_can_be_taken_alone(string template)
    {
        foreach (var option in OptionsOf(template))
            Rendered(template, option, service => TakeOptions(service.Folder, option), service => AssertHas(service, option));
    }

    [KubectlTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Options_can_be_combined(string template)
    {
        foreach (var scaler in OptionsOf(template).Where(option => option != "strict"))
            Rendered(template, $"strict-{scaler}", service => TakeOptions(service.Folder, "strict", scaler), service =>
            {
                AssertHas(service, "strict");
                AssertHas(service, scaler);
            });
    }

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

    private static IEnumerable<string> OptionsOf(string template)
    {
        var service = new GeneratedService("", template);
        return ["strict", .. service.IsServer ? (string[])["hpa"] : [], .. service.Has("pulsar") ? (string[])["keda"] : []];
    }

    private static void AssertHas(GeneratedService service, string option)
    {
        switch (option)
        {
            case "strict":
                Assert.Equal((10001, "Always", "1"), (service.Pod.SecurityContext.RunAsUser, service.Container.ImagePullPolicy, $"{service.Container.Resources.Limits["cpu"]}"));
                Assert.Equal(["Ingress", "Egress"], service.NetworkPolicy.Spec.PolicyTypes);
                break;
            case "hpa":
                Assert.Null(service.Deployment.Spec.Replicas);
                var scaler = service.All<V2HorizontalPodAutoscaler>().Single().Spec;
                Assert.Equal(service.Deployment.Metadata.Name, scaler.ScaleTargetRef.Name);
                Assert.Equal((1, 60, 300), (scaler.Behavior.ScaleDown.Policies.Single().Value, scaler.Behavior.ScaleDown.Policies.Single().PeriodSeconds, scaler.Behavior.ScaleDown.StabilizationWindowSeconds));
                break;
            case "keda":
                Assert.Null(service.Deployment.Spec.Replicas);
                var trigger = service.Manifests.Single(manifest => manifest.Kind == "ScaledObject").Root.Items("spec.triggers").Single();
                Assert.Equal(($"{service.Settings["Pulsar"]!["Topic"]}", $"{service.Settings["Pulsar"]!["Subscription"]}"),
                    (trigger.Text("metadata.topic"), trigger.Text("metadata.subscription")));
                break;
        }
    }

    /// <summary>Generates, edits, renders, and makes sure that what came out is sound.</summary>
    private static void Rendered(string template, string scenario, Action<GeneratedService> edit, Action<GeneratedService> assert)
    {
        using var sandbox = Sandbox.For($"kustomize/{template}/{scenario}");
        var service = new GeneratedService(sandbox.Generate(template, "Shop", "--no-docker"), template);
        edit(service);

        service = service with { Rendered = Kubectl.Kustomize(Path.Combine(service.Folder, "k8s")) };

        var problems = ManifestTests.Problems(service);
        Assert.True(problems.Count == 0, sandbox.Report("Wrong:", problems));
        assert(service);
        sandbox.Passed();
    }

    /// <summary>Takes the "#" away, as kustomization.yaml says.</summary>
    private static void TakeOptions(string folder, params string[] options)
    {
        Edit(folder, "k8s/kustomization.yaml", "#components:", "components:");
        foreach (var option in options)
            Edit(folder, "k8s/kustomization.yaml", $"#  - overlays/{option}", $"  - overlays/{option}");
    }

    private static void Edit(string folder, string file, string from, string to)
    {
        var path = Path.Combine(folder, file);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text);
        File.WriteAllText(path, text.Replace(from, to));
    }
}
