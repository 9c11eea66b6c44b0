namespace GracefulTemplates.Tests.Pack;

public sealed class ListingTests
{
    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Output_lists_what_was_approved(string template)
    {
        using var sandbox = Sandbox.For($"listing/{template}");
        Golden.Equal(template, Repository.FilesBelow(sandbox.Generate(template, "Shop")));
        sandbox.Passed();
    }
}
