using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Services;

namespace GracefulTemplates.Tests.Pack;

/// <summary>Builds with warnings as errors in which every template meets every kind of name, and both meet every option that is on or off.</summary>
public sealed class NameBuildTests
{
    // One name for each template.
    private static readonly Dictionary<string, string[]> Kinds = new()
    {
        ["shape"] = ["Eighty.Letters.That.Somebody.Made.Of.The.Whole.Organisation.Chart.Of.A.Big.Company", "2026.Shop", "a.b-c.d_e", "Acme.3d"],
        ["script"] = ["Café.Überweisung", "订单", "aspire_龦唉丂荳_1ᥕ项目1", "Заказы.Api"],
        ["C#"] = ["Acme.Task", "Program", "new", "Acme.System"],
        ["package"] = ["OpenTelemetry", "Google.Protobuf", "DotPulsar", "Microsoft"],
        ["syntax"] = ["it's 100%", "a;b", "C#", "R&D"],
    };

    public static TheoryData<string, string, string> PairwiseChoice
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var row in Pairs.Of([[.. Repository.Templates], [.. Kinds.Keys], .. EveryTemplate.Toggles.Select(toggle => (string[])["", toggle])]))
                rows.Add(row[0], Kinds[row[1]][Repository.Templates.ToList().IndexOf(row[0]) % 4], string.Join(' ', row[2..].Where(toggle => toggle.Length > 0)));
            return rows;
        }
    }

    [Fact]
    public void There_are_at_least_twelve_and_only_known_names()
    {
        Assert.InRange(PairwiseChoice.Count(), 12, 40);
        Assert.Empty(Kinds.Values.SelectMany(names => names).Except(Names.All.Keys));
    }

    [LongTheory, MemberData(nameof(PairwiseChoice))]
    public async Task Pairwise_choice_of_names_and_options_builds(string template, string name, string toggles)
    {
        using var sandbox = Sandbox.For($"name-builds/{template}/{name}/{toggles}");
        var folder = sandbox.Generate(template, name, [.. toggles.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(toggle => "--" + toggle)]);
        if (new GeneratedService(folder, template).Has("pulsar"))
            await DotPulsarPackage.ProvideAsync(sandbox, folder);

        await sandbox.BuildAsync(folder);

        sandbox.Passed();
    }
}
