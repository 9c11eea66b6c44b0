using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GracefulTemplates.Tests.Pack;

/// <summary>The files in .template.config, against one another and across the templates.</summary>
public sealed class ConfigTests
{
    // The only symbols that may differ: which parts a template has, and what depends on parameters that not all of them have.
    private static readonly string[] OwnSymbols = ["http", "grpc", "pulsar", "preStop", "graceRange"];

    [Fact]
    public async Task Engine_has_nothing_to_say_about_any_template_in_any_language() =>
        Assert.Empty(await Engine.FindingsAsync(Repository.TemplatesFolder));

    [Theory, MemberData(nameof(EveryTemplate.OnceWithItems), MemberType = typeof(EveryTemplate))]
    public void Template_is_called_like_its_folder(string template) =>
        Assert.Equal(template, Repository.Config(template)["shortName"]!.GetValue<string>());

    [Theory, MemberData(nameof(EveryTemplate.OnceWithItems), MemberType = typeof(EveryTemplate))]
    public void Every_parameter_is_in_all_three_files(string template)
    {
        var parameters = Parameters(template).Select(parameter => parameter.Key);
        var options = Repository.Config(template, "dotnetcli.host.json")["symbolInfo"]!.AsObject();
        var fields = Repository.Config(template, "ide.host.json")["symbolInfo"]!.AsArray();

        Listing.Equal(parameters, options.Select(option => option.Key));
        Listing.Equal(parameters, fields.Select(field => $"{field!["id"]}"));
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Guards_are_hidden_everywhere(string template)
    {
        var guards = Parameters(template).Where(IsGuard).Select(parameter => parameter.Key).ToList();
        var options = Repository.Config(template, "dotnetcli.host.json")["symbolInfo"]!;
        var fields = Repository.Config(template, "ide.host.json")["symbolInfo"]!.AsArray();

        Assert.NotEmpty(guards);
        Assert.All(guards, guard => Assert.True(options[guard]!["isHidden"]!.GetValue<bool>()));
        Assert.All(guards, guard => Assert.False(fields.Single(field => $"{field!["id"]}" == guard)!["isVisible"]!.GetValue<bool>()));
    }

    [Theory, MemberData(nameof(EveryTemplate.OnceWithItems), MemberType = typeof(EveryTemplate))]
    public void Everything_a_user_can_read_is_translated(string template)
    {
        var config = Repository.Config(template);
        List<string> expected = ["author", "name", "description"];
        foreach (var (name, parameter) in Parameters(template).Where(parameter => !IsGuard(parameter)))
        {
            expected.AddRange([$"symbols/{name}/displayName", $"symbols/{name}/description"]);
            foreach (var choice in (parameter!["choices"] as JsonArray ?? []).Select(choice => choice!["choice"]))
                expected.AddRange([$"symbols/{name}/choices/{choice}/displayName", $"symbols/{name}/choices/{choice}/description"]);
        }
        foreach (var action in config["postActions"]!.AsArray())
        {
            expected.Add($"postActions/{action!["id"]}/description");
            foreach (var instruction in action["manualInstructions"]!.AsArray())
                expected.Add($"postActions/{action["id"]}/manualInstructions/{instruction!["id"]}/text");
        }

        var translated = Repository.Config(template, "localize/templatestrings.zh-Hans.json");

        Listing.Equal(expected, translated.Select(text => text.Key));
        Assert.All(translated, text => Assert.NotEqual("", $"{text.Value}".Trim()));
    }

    // The engine cannot share symbols between templates.
    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void What_two_templates_both_have_is_the_same_in_both(string template)
    {
        var (first, other) = (Repository.Config(Repository.Templates[0]), Repository.Config(template));

        var symbols =
            from symbol in first["symbols"]!.AsObject()
            where !OwnSymbols.Contains(symbol.Key) && other["symbols"]![symbol.Key] is not null
            where !JsonNode.DeepEquals(symbol.Value, other["symbols"]![symbol.Key])
            select $"symbol {symbol.Key}";
        var sections =
            from section in (string[])["author", "tags", "sourceName", "constraints", "forms", "primaryOutputs", "postActions"]
            where !JsonNode.DeepEquals(first[section], other[section])
            select section;

        Assert.Empty(symbols.Concat(sections));
    }

    [Fact]
    public void Names_are_made_in_the_same_way_for_what_is_added_to_a_service() => Assert.All(
        Repository.ItemTemplates.SelectMany(template => Repository.Config(template)["forms"]!.AsObject()),
        form => Assert.True(JsonNode.DeepEquals(Repository.Config(Repository.Templates[0])["forms"]![form.Key], form.Value), form.Key));

    /// <summary>Without these an item is in no "Add new item" dialog; MSTest's own in the SDK has them too.</summary>
    [Fact]
    public void What_is_added_to_a_project_is_offered_where_its_constraint_allows_it() => Assert.All(Repository.ItemTemplates, template =>
    {
        var host = Repository.Config(template, "ide.host.json");
        Assert.Equal($"{Repository.Config(template)["constraints"]!["project"]!["args"]}", $"{host["appliesTo"]}");
        Assert.Equal(("ASP.NET Core", "cs"), ($"{host["itemHierarchyPaths"]!.AsArray().Single()}", $"{host["defaultItemExtension"]}"));
    });

    // NuGet takes a project for the package of its name, and a compiler an assembly for the other of its name.
    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void No_project_is_called_like_a_package_that_it_uses(string template)
    {
        var pattern = $"{Repository.Config(template)["symbols"]!["nameIsOfPackage"]!["parameters"]!["pattern"]}";
        var packages = XDocument.Parse(Regex.Replace(File.ReadAllText(Path.Combine(Repository.TemplatesFolder, "shared", "Directory.Packages.props")), "<!--#.*?-->", ""))
            .Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value).ToList();

        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Matches(pattern, package));
    }

    [Theory, MemberData(nameof(EveryTemplate.OnceWithItems), MemberType = typeof(EveryTemplate))]
    public void Icon_is_that_of_the_package(string template) =>
        Assert.Equal(File.ReadAllBytes(Path.Combine(Repository.Root, ".github", "icon.png")),
            File.ReadAllBytes(Repository.ConfigPath(template, "icon.png")));

    // Our own sources are written under the one, and read by their owners under the other. Below the style that has the analyzer rules for its folders.
    [Fact]
    public void Code_style_is_that_of_the_generated_service() =>
        Assert.StartsWith(File.ReadAllText(Path.Combine(Repository.Root, ".editorconfig")),
            File.ReadAllText(Path.Combine(Repository.TemplatesFolder, "shared", ".editorconfig")));

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Parameters(string template) =>
        Repository.Config(template)["symbols"]!.AsObject().Where(symbol => $"{symbol.Value!["type"]}" == "parameter");

    private static bool IsGuard(KeyValuePair<string, JsonNode?> parameter) => parameter.Value!["isRequired"] is not null;
}
