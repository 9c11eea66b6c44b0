namespace GracefulTemplates.Tests.Services;

/// <summary>What a user gets builds and passes its tests, wherever he puts it and whatever he calls it.</summary>
public sealed class GeneratedProjectTests
{
    private const string Template = "graceful-webapi";

    [Theory]
    [InlineData("2026.Shop", "--no-observability")]
    [InlineData("订单服务", "--no-docker", "--no-kubernetes", "--no-ci", "--no-tests", "--no-observability")]
    public async Task It_builds_under_any_name_and_without_its_parts(string name, params string[] options)
    {
        using var sandbox = Sandbox.For($"builds-{options.Length}");

        await sandbox.BuildAsync(sandbox.Generate(Template, name, options));

        sandbox.Passed();
    }

    [Fact]
    public async Task It_builds_inside_a_repository_with_rules_of_its_own()
    {
        using var sandbox = Sandbox.For("builds-in-a-repository");
        foreach (var file in Directory.GetFiles(Path.Combine(LabFolder, "Repository")))
            File.Copy(file, Path.Combine(sandbox.Folder, Path.GetFileName(file)));

        await sandbox.BuildAsync(sandbox.Generate(Template, "order service"));

        sandbox.Passed();
    }

    [Fact]
    public async Task Its_own_tests_pass_and_a_WebApplicationFactory_works_with_it()
    {
        using var sandbox = Sandbox.For("own-tests");
        var folder = sandbox.Generate(Template, "Shop");
        AddFactoryTests(folder);

        var output = await sandbox.DotnetAsync(folder, "test", "-warnaserror", "-tl:off", "-nologo");

        Assert.Matches(@"Passed! +- Failed: +0, Passed: +\d\d, Skipped: +0", output);
        sandbox.Passed();
    }

    private static string LabFolder { get; } = Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", "Services", "Lab");

    private static void AddFactoryTests(string folder)
    {
        const string Package = "Microsoft.AspNetCore.Mvc.Testing";
        var tests = Path.Combine(folder, "tests", "Shop.Tests");
        var source = File.ReadAllText(Path.Combine(LabFolder, "Factory", "FactoryTests.cs"));
        File.WriteAllText(Path.Combine(tests, "FactoryTests.cs"), source.Replace("Graceful.Service_1", "Shop"));
        Insert(Path.Combine(tests, "Shop.Tests.csproj"), $"""<PackageReference Include="{Package}" />""");
        Insert(Path.Combine(folder, "Directory.Packages.props"), $"""<PackageVersion Include="{Package}" Version="10.0.15" />""");
    }

    private static void Insert(string file, string item) =>
        File.WriteAllText(file, File.ReadAllText(file).Replace("</Project>", $"<ItemGroup>{item}</ItemGroup></Project>"));
}
