using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace GracefulTemplates.Tests.Services;

/// <summary>What a user gets builds and passes its tests, wherever he puts it and whatever he calls it.</summary>
[Trait("Category", "Slow")]
public sealed class GeneratedProjectTests
{
    private const string Template = "graceful-webapi";

    // A choice of Pack/Names.cs; ProbeTests, which leave out parts too, and the fixtures build eight more, and GRACEFUL_LONG=1 compiles all of them.
    [Theory]
    [InlineData("graceful-webapi", "订单服务", "--no-docker", "--no-kubernetes", "--no-ci", "--no-tests", "--no-observability")]
    [InlineData("graceful-grpc", "Grpc.AspNetCore")]
    public async Task It_builds_under_any_name_and_without_its_parts_for_a_strict_team(string template, string name, params string[] options)
    {
        using var sandbox = Sandbox.For($"builds/{template}/{name}");
        var folder = sandbox.Generate(template, name, options);

        await sandbox.BuildStrictlyAsync(folder);

        sandbox.Passed();
    }

    [Fact]
    public async Task It_builds_inside_a_repository_with_rules_of_its_own_and_its_tests_run_under_the_runner_there()
    {
        using var sandbox = Sandbox.For("builds-in-a-repository");
        foreach (var file in Directory.GetFiles(Path.Combine(LabFolder, "Repository")))
            File.Copy(file, Path.Combine(sandbox.Folder, Path.GetFileName(file)));

        var folder = sandbox.Generate(Template, "it's 100% R&D; really");
        await sandbox.BuildAsync(folder);
        var tests = await sandbox.DotnetAsync(folder, "test", "--no-build", "--filter", "refused");

        Assert.Matches(@"Test run summary: Passed!\s+total: 1\s", tests); // Microsoft.Testing.Platform; everywhere else it is VSTest.
        Assert.Empty(Directory.GetFiles(folder, "packages.lock.json", SearchOption.AllDirectories));
        sandbox.Passed();
    }

    // With versions in one place NuGet asks which package comes from which feed (NU1507), and an error would end "dotnet new" itself.
    [Fact]
    public async Task It_restores_beside_a_private_feed()
    {
        await using var feed = WebApplication.CreateSlimBuilder().Build();
        feed.Urls.Add("http://127.0.0.1:0");
        feed.MapGet("/v3/index.json", (HttpRequest request) => Results.Json(new Dictionary<string, object>
        {
            ["version"] = "3.0.0",
            ["resources"] = new[] { new Dictionary<string, string> { ["@id"] = $"http://{request.Host}/packages/", ["@type"] = "PackageBaseAddress/3.0.0" } },
        }));
        await feed.StartAsync();
        using var sandbox = Sandbox.For("private-feed");
        File.WriteAllText(Path.Combine(sandbox.Folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="private" value="{feed.Urls.Single()}/v3/index.json" allowInsecureConnections="true" />
              </packageSources>
            </configuration>
            """);

        var output = await sandbox.DotnetAsync(sandbox.Generate(Template, "Shop", "--no-tests"), "restore");

        Assert.Contains("warning NU1507", output);
        sandbox.Passed();
    }

    [Fact]
    public async Task Its_own_tests_pass_and_a_WebApplicationFactory_works_with_it_and_its_code_is_formatted()
    {
        using var sandbox = Sandbox.For("own-tests");
        var folder = sandbox.Generate(Template, "Xunit"); // The name of a package that the tests use.
        AddFactoryTests(folder, "Xunit");

        var output = await sandbox.DotnetAsync(folder, "test", "-warnaserror", "-tl:off", "-nologo");

        Assert.Matches(@"Passed! +- Failed: +0, Passed: +\d\d, Skipped: +0", output);
        // Since it has been built. ReservedNameTests asks the analyzers too, for three times the processor time, where all sources are.
        File.Delete(FactoryTests(folder, "Xunit"));
        await sandbox.DotnetAsync(folder, "format", "whitespace", "--verify-no-changes", "--no-restore");
        sandbox.Passed();
    }

    private static string LabFolder { get; } = Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", "Services", "Lab");

    private static void AddFactoryTests(string folder, string name)
    {
        const string Package = "Microsoft.AspNetCore.Mvc.Testing";
        var tests = Path.Combine(folder, "tests", $"{name}.Tests");
        var source = File.ReadAllText(Path.Combine(LabFolder, "Factory", "FactoryTests.cs"));
        File.WriteAllText(FactoryTests(folder, name), source.Replace("Graceful.Service_1", name));
        Insert(Path.Combine(tests, $"{name}.Tests.csproj"), $"""<PackageReference Include="{Package}" />""");
        Insert(Path.Combine(folder, "Directory.Packages.props"), $"""<PackageVersion Include="{Package}" Version="10.0.15" />""");
    }

    private static string FactoryTests(string folder, string name) => Path.Combine(folder, "tests", $"{name}.Tests", "FactoryTests.cs");

    private static void Insert(string file, string item) =>
        File.WriteAllText(file, File.ReadAllText(file).Replace("</Project>", $"<ItemGroup>{item}</ItemGroup></Project>"));
}
