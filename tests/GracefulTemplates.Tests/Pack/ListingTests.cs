namespace GracefulTemplates.Tests.Pack;

public sealed class ListingTests
{
    // It has nearly all that the others have, so for them only what differs is kept.
    private const string Largest = "graceful-service";

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Output_is_what_was_approved(string template)
    {
        using var sandbox = Sandbox.For($"listing/{template}");
        var files = FilesOf(sandbox, template);
        Golden.Equal(template, [.. files.Keys]);

        var others = template == Largest ? [] : FilesOf(sandbox, Largest);
        Golden.Equal(template, files.Where(file => others.GetValueOrDefault(file.Key) != file.Value).ToDictionary());
        sandbox.Passed();
    }

    private static SortedDictionary<string, string> FilesOf(Sandbox sandbox, string template)
    {
        var folder = sandbox.GenerateUnnamed(template, $"{template}/Shop");
        return new(Repository.FilesBelow(folder).ToDictionary(file => file, file => File.ReadAllText(Path.Combine(folder, file))), StringComparer.Ordinal);
    }
}
