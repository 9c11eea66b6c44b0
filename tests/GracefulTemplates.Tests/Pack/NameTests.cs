using System.Text.RegularExpressions;
using System.Xml.Linq;
using CliWrap;
using CliWrap.Buffered;
using GracefulTemplates.Tests.Kubernetes;

namespace GracefulTemplates.Tests.Pack;

/// <summary>Every name in every file: parsed, and put together by kustomize. <see cref="NameBuildTests"/> builds some of them.</summary>
[Trait("Category", "Slow")]
public sealed partial class NameTests
{
    public static TheoryData<string, string> EveryTemplateWithEveryName => EveryTemplate.With(Names.All.Keys);

    public static TheoryData<string, string> EveryTemplateInEveryFolder =>
        EveryTemplate.With(["Orders2", "my shop-1", "9", "订单"]);

    [Theory, MemberData(nameof(EveryTemplateWithEveryName))]
    public void Any_name_gives_a_sound_tree(string template, string name)
    {
        using var sandbox = Sandbox.For($"names/{template}/{name}");

        var folder = sandbox.Generate(template, name);

        AssertSound(sandbox, template, folder, name);
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplateInEveryFolder))]
    public void Without_a_name_that_of_the_folder_is_taken(string template, string folderName)
    {
        using var sandbox = Sandbox.For($"unnamed/{template}/{folderName}");

        var folder = sandbox.GenerateUnnamed(template, folderName);

        AssertSound(sandbox, template, folder, folderName);
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task A_shell_finds_the_project_of_the_README_s_command(string template)
    {
        using var sandbox = Sandbox.For($"names/shell/{template}");
        foreach (var name in Names.All.Keys.Where(name => name.AsSpan().ContainsAny(" $`'&;<>#%@")).Append("$HOME's `id`"))
        {
            var readme = await File.ReadAllTextAsync(Path.Combine(sandbox.Generate(template, name), "README.md"));
            var commands = ProjectOfCommand().Matches(readme).Select(match => match.Value).ToList();

            Assert.NotEmpty(commands);
            foreach (var command in commands)
            {
                var understood = await Cli.Wrap("sh").WithArguments(["-c", $"printf %s {command["dotnet run --project ".Length..]}"]).ExecuteBufferedAsync();
                Assert.Equal($"src/{name}", understood.StandardOutput);
            }
        }
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Kubernetes_name_is_a_valid_one_made_from_the_name_of_the_project(string template)
    {
        using var probe = new Probe(template, "graceful-service-1");

        var names = Names.All.Keys.ToDictionary(name => name, name => probe.Render(name));

        Assert.All(names, name => Assert.Matches($"^{Names.All[name.Key].KubernetesName}$", name.Value));
        Assert.All(names.Values, name => Assert.Matches("^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$", name));
        Assert.NotEqual(probe.Render("订单"), probe.Render("支付"));
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Kubernetes_name_of_the_option_is_kept_when_valid_and_mended_when_not(string template)
    {
        using var probe = new Probe(template, "graceful-service-1");
        var expected = new Dictionary<string, string>
        {
            ["web2"] = "web2",
            ["my-app"] = "my-app",
            ["on"] = "on",
            ["My_App"] = "my-app",
            ["-1st try-"] = "app-1st-try",
            ["default"] = "default-app",
            ["订单"] = "order",
            ["a: \"b\" # c"] = "a-b-c",
        };

        var names = expected.Keys.ToDictionary(name => name, name => probe.Render("Order", ("kubernetesName", name)));

        Assert.Equal(expected, names);
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Image_registry_is_written_as_references_want_it(string template)
    {
        using var probe = new Probe(template, "registry.example.com/");
        var expected = new Dictionary<string, string>
        {
            ["ghcr.io/Acme/"] = "ghcr.io/acme/",
            ["https://ghcr.io/acme"] = "ghcr.io/acme/",
            ["localhost:5000//a"] = "localhost:5000/a/",
            [" a \"b\" "] = "a-b/",
            ["{{ .Values }}"] = "values/",
            ["ghcr.io/acme:latest"] = "ghcr.io/acme-latest/",
            ["localhost:5000/_x_//-y.:8"] = "localhost:5000/x/y.8/",
            ["a..b/c.-d/e___f"] = "a.b/c.d/e_f/",
            ["xn--bcher-kva.example/my__shop"] = "xn--bcher-kva.example/my__shop/",
            [""] = "",
            ["https://"] = "",
        };

        var registries = expected.Keys.ToDictionary(registry => registry, registry => probe.Render("Order", ("imageRegistry", registry)));

        Assert.Equal("registry.example.com/", probe.Render("Order"));
        Assert.Equal(expected, registries);
        Assert.All(registries.Values, registry => Assert.Matches(ImageReference(), $"{registry}order:1.0.0"));
    }

    private static void AssertSound(Sandbox sandbox, string template, string folder, string name)
    {
        var service = new GeneratedService(folder, template);
        if (Kubectl.Unavailable is null)
            service = service with { Rendered = Kubectl.Kustomize(Path.Combine(folder, "k8s")) };
        var text = new UserText(name, Names.All[name].Namespace, service.Compose.Text("name"), "registry.example.com/", service.AssemblyName);
        OutputCheck.AssertSound(sandbox, folder, [.. ManifestTests.Problems(service), .. text.Problems(template, folder)]);
        var project = Path.Combine(folder, "src", name, name + ".csproj");
        Assert.True(File.Exists(project), sandbox.Report($"No src/{name}/{name}.csproj among:", Repository.FilesBelow(folder)));
        Assert.Equal(Names.All[name].Namespace, XDocument.Load(project).Descendants("RootNamespace").Single().Value);
    }

    // The grammar of github.com/distribution/reference, without digests and IPv6.
    [GeneratedRegex(@"^([a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)*(:\d+)?/)?([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*/)*[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*:\w[\w.-]{0,127}$")]
    internal static partial Regex ImageReference();

    [GeneratedRegex(@"dotnet run --project ("".*?""|('[^']*'|\\')+)")]
    private static partial Regex ProjectOfCommand();
}
