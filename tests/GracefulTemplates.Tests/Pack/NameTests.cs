using System.Xml.Linq;

namespace GracefulTemplates.Tests.Pack;

/// <summary>Project names as people really choose them: dashes, digits first, blanks, other scripts.</summary>
public sealed class NameTests
{
    private static readonly Dictionary<string, (string Namespace, string KubernetesName)> Names = new()
    {
        ["My-Shop.Api"] = ("My_Shop.Api", "my-shop-api"),
        ["2026.Shop"] = ("_2026.Shop", "shop"),
        ["订单服务"] = ("订单服务", "graceful-app"),
        ["Order"] = ("Order", "order"),
        ["order service"] = ("order_service", "order-service"),
        ["aspire_龦唉丂荳_1ᥕ项目1"] = ("aspire_龦唉丂荳_1ᥕ项目1", "aspire-1-1"),
        ["a.b-c.d_e"] = ("a.b_c.d_e", "a-b-c-d-e"),
        ["My.Shop-Api"] = ("My.Shop_Api", "my-shop-api"),
        ["A.Very.Long.Name.That.Somebody.Made.Of.The.Whole.Organisation.Chart.With.A.Verb"] =
            ("A.Very.Long.Name.That.Somebody.Made.Of.The.Whole.Organisation.Chart.With.A.Verb",
             "a-very-long-name-that-somebody-made-of-the-whole-org"),
        ["Orders2"] = ("Orders2", "orders-2"),
        ["my shop-1"] = ("my_shop_1", "my-shop-1"),
        ["9"] = ("_9", "graceful-app"),
        ["订单"] = ("订单", "graceful-app"),
    };

    public static TheoryData<string, string> EveryTemplateWithEveryName => EveryTemplate.With(Names.Keys);

    public static TheoryData<string, string> EveryTemplateInEveryFolder =>
        EveryTemplate.With(["Orders2", "my shop-1", "9", "订单"]);

    [Theory, MemberData(nameof(EveryTemplateWithEveryName))]
    public void Any_name_gives_a_sound_tree(string template, string name)
    {
        using var sandbox = Sandbox.For($"names/{template}/{name}");

        var folder = sandbox.Generate(template, name);

        AssertSound(sandbox, folder, name);
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplateInEveryFolder))]
    public void Without_a_name_that_of_the_folder_is_taken(string template, string folderName)
    {
        using var sandbox = Sandbox.For($"unnamed/{template}/{folderName}");

        var folder = sandbox.GenerateUnnamed(template, folderName);

        AssertSound(sandbox, folder, folderName);
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Kubernetes_name_is_a_valid_one_made_from_the_name_of_the_project(string template)
    {
        using var probe = new Probe(template, "graceful-service-1");

        var names = Names.Keys.ToDictionary(name => name, name => probe.Render(name));

        Assert.Equal(Names.ToDictionary(name => name.Key, name => name.Value.KubernetesName), names);
        Assert.All(names.Values, name => Assert.Matches("^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$", name));
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Kubernetes_name_of_the_option_is_kept_when_valid_and_mended_when_not(string template)
    {
        using var probe = new Probe(template, "graceful-service-1");
        var expected = new Dictionary<string, string>
        {
            ["web2"] = "web2",
            ["my-app"] = "my-app",
            ["My_App"] = "my-app",
            ["-1st try-"] = "st-try",
            ["订单"] = "order",
        };

        var names = expected.Keys.ToDictionary(name => name, name => probe.Render("Order", ("kubernetesName", name)));

        Assert.Equal(expected, names);
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Image_registry_is_written_as_registries_want_it(string template)
    {
        using var probe = new Probe(template, "registry.example.com");

        Assert.Equal("registry.example.com", probe.Render("Order"));
        Assert.Equal("ghcr.io/acme", probe.Render("Order", ("imageRegistry", "ghcr.io/Acme/")));
    }

    private static void AssertSound(Sandbox sandbox, string folder, string name)
    {
        OutputCheck.AssertSound(sandbox, folder);
        var project = Path.Combine(folder, "src", name, name + ".csproj");
        Assert.True(File.Exists(project), sandbox.Report($"No src/{name}/{name}.csproj among:", Repository.FilesBelow(folder)));
        Assert.Equal(Names[name].Namespace, XDocument.Load(project).Descendants("RootNamespace").Single().Value);
    }
}
