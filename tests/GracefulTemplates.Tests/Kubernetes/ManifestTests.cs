using GracefulTemplates.Tests.Pack;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>The files as they are generated, without kustomize.</summary>
public sealed class ManifestTests
{
    // What reaches Dockerfile, compose.yaml and k8s/. The other toggles do not.
    private static readonly string[] OptionSets =
    [
        "", "--no-observability", "--no-docker", "--no-kubernetes", "--grace-seconds 77", "--image-registry ghcr.io/acme", "--kubernetes-name web2",
    ];

    public static TheoryData<string, string> EveryTemplateWithEveryOption => EveryTemplate.With(OptionSets);

    public static TheoryData<string, string> EveryTemplateWithAwkwardNames => EveryTemplate.With(["My-Shop.Api", "order service", "订单服务"]);

    [Theory, MemberData(nameof(EveryTemplateWithEveryOption))]
    public void Manifests_and_image_are_sound_with_every_option(string template, string options)
    {
        using var sandbox = Sandbox.For($"manifests/{template}/{options.Replace('/', '-')}");
        var service = new GeneratedService(sandbox.Generate(template, "Shop", options.Split(' ', StringSplitOptions.RemoveEmptyEntries)), template);

        var problems = Problems(service);

        Assert.True(problems.Count == 0, sandbox.Report("Wrong:", problems));
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplateWithAwkwardNames))]
    public void Manifests_and_image_are_sound_under_every_name(string template, string name)
    {
        using var sandbox = Sandbox.For($"manifest-names/{template}/{name}");
        var service = new GeneratedService(sandbox.Generate(template, name), template);

        var problems = Problems(service);

        Assert.True(problems.Count == 0, sandbox.Report("Wrong:", problems));
        sandbox.Passed();
    }

    /// <summary>Everything that any check finds, with the name of the check.</summary>
    internal static IReadOnlyList<string> Problems(GeneratedService service) =>
    [
        .. from check in ManifestChecks.All
           where service.HasKubernetes
           from problem in check.Value(service)
           select $"{check.Key}: {problem}",
        .. from check in ImageChecks.All
           where service.HasDocker
           from problem in check.Value(service)
           select $"{check.Key}: {problem}",
    ];
}
