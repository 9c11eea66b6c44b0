namespace GracefulTemplates.Tests.Pack;

/// <summary>Rows of theories: a folder below templates/ with a .template.config is tested without being named anywhere.</summary>
public static class EveryTemplate
{
    /// <summary>What a user can leave out.</summary>
    public static readonly string[] Toggles = ["no-docker", "no-kubernetes", "no-ci", "no-tests", "no-observability"];

    public static TheoryData<string> Once => [.. Repository.Templates];

    /// <summary>With those that add to an existing service.</summary>
    public static TheoryData<string> OnceWithItems => [.. Repository.Templates, .. Repository.ItemTemplates];

    /// <summary>Every set of toggles.</summary>
    public static TheoryData<string, string> WithEveryToggleSet =>
        With(Enumerable.Range(0, 1 << Toggles.Length)
            .Select(set => string.Join(' ', Toggles.Where((_, bit) => (set & (1 << bit)) != 0))));

    /// <summary>Every template with every one of these values that makes sense for it.</summary>
    public static TheoryData<string, string> With(IEnumerable<string> values, Func<string, string, bool>? where = null)
    {
        var rows = new TheoryData<string, string>();
        foreach (var (template, value) in from template in Repository.Templates from value in values select (template, value))
            if (where is null || where(template, value))
                rows.Add(template, value);
        return rows;
    }
}
