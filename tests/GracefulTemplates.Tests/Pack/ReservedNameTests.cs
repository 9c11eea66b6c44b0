using System.Text.RegularExpressions;
using System.Xml.Linq;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Services;
using Microsoft.CodeAnalysis;

namespace GracefulTemplates.Tests.Pack;

/// <summary>
/// A project may be called like a type. In <c>namespace Acme.Task.Jobs;</c> the word Task would mean the namespace, so the form
/// "usedTypes" in template.json makes it <c>Acme._Task</c>. Here the compiler says which words the generated sources use.
/// </summary>
public sealed partial class ReservedNameTests
{
    // All sources are in it.
    private const string Template = "graceful-service";

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Every_type_that_the_sources_call_by_its_simple_name_is_in_template_json()
    {
        using var sandbox = Sandbox.For("reserved-names");
        var folder = sandbox.Generate(Template, "Acme");
        await DotPulsarPackage.ProvideAsync(sandbox, folder);
        await sandbox.BuildAsync(folder);

        var (service, tests) = (TypeNames.Of(new BuiltProject($"{folder}/src/Acme").Compilation), TypeNames.Of(new BuiltProject($"{folder}/tests/Acme.Tests").Compilation));

        Assert.True(service.Namespaces.Count + tests.Namespaces.Count == 0,
            sandbox.Report("With -n Acme.System these would not be found, so use a using directive:", service.Namespaces.Concat(tests.Namespaces)));
        var used = service.Types.Concat(tests.Types).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Contains("Task", used);
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
            Accept(used);
        var missing = used.Except(Reserved());
        Assert.True(!missing.Any(), sandbox.Report(
            $"Not in \"usedTypes\" of template.json; ACCEPT=1 dotnet test tests/GracefulTemplates.Tests --filter {nameof(ReservedNameTests)} puts them there:", missing));
        // Since it has been built.
        await sandbox.DotnetAsync(folder, "format", "--verify-no-changes", "--no-restore");
        sandbox.Passed();
    }

    /// <summary>
    /// What <see cref="NameBuildTests"/> does for a choice of names, for all of them and for every namespace of a package: compiler and
    /// generators alone, in about two seconds each.
    /// </summary>
    [LongTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task Every_name_compiles(string template)
    {
        using var sandbox = Sandbox.For($"compiled/{template}");
        var folder = sandbox.Generate(template, "Shop");
        if (new GeneratedService(folder, template).Has("pulsar"))
            await DotPulsarPackage.ProvideAsync(sandbox, folder);
        await sandbox.BuildAsync(folder);
        var (service, tests) = (new BuiltProject($"{folder}/src/Shop"), new BuiltProject($"{folder}/tests/Shop.Tests"));
        List<string> errors = [];

        // All packages are in this one.
        string[] packages = template == Template ? [.. service.NamespacesOfPackages.Concat(tests.NamespacesOfPackages).Distinct().Where(IsOfPackage)] : [];
        Assert.True(template != Template || packages.Contains("Xunit"), string.Join(", ", packages));
        foreach (var name in Names.All.Keys.Union(packages))
        {
            var other = sandbox.Generate(template, name);
            var rootNamespace = RootNamespace(Path.Combine(other, "src", name, name + ".csproj"));
            var compiledService = service.GeneratedCompilationOf(Path.Combine(other, "src", name), Rename, null);
            var compiledTests = tests.GeneratedCompilationOf(Path.Combine(other, "tests", name + ".Tests"), Rename, compiledService);
            errors.AddRange(compiledService.GetDiagnostics().Concat(compiledTests.GetDiagnostics())
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(3).Select(error => $"{name}: {error}"));

            string Rename(string text) => text.Replace("Shop", rootNamespace);
        }

        Assert.True(errors.Count == 0, sandbox.Report($"{template} does not compile under", errors));
        sandbox.Passed();
    }

    private static bool IsOfPackage(string name) => name.Split('.')[0] != "Shop";

    private static string RootNamespace(string project) => XDocument.Load(project).Descendants("RootNamespace").Single().Value;

    private static string[] Reserved() =>
        Words().Match($"{Repository.Config(Template)["forms"]!["usedTypes"]!["pattern"]}").Groups["words"].Value.Split('|');

    private static void Accept(IEnumerable<string> used)
    {
        foreach (var file in Repository.Templates.Concat(Repository.ItemTemplates).Select(template => Repository.ConfigPath(template, "template.json")))
            File.WriteAllText(file, UsedTypes().Replace(File.ReadAllText(file), match => $"{match.Groups["before"]}{string.Join('|', used)})"));
    }

    [GeneratedRegex(@"^\(\?<!\[\^\.\]\)\((?<words>[^)]+)\)\(\?!\[\^\.\]\)$")]
    private static partial Regex Words();

    [GeneratedRegex(@"(?<before>""usedTypes"": \{ ""identifier"": ""replace"", ""pattern"": ""\(\?<!\[\^\.\]\)\()[^)]+\)")]
    private static partial Regex UsedTypes();
}
