namespace GracefulTemplates.Tests.Pack;

public sealed class HostTests
{
    public static TheoryData<string, string> EveryTemplateInEveryIde =>
        EveryTemplate.With(["vs", "vs-2022.17.14", "vs-2026", "rider", "vscode", "devkit"]);

    public static TheoryData<string, string> EveryTemplateOnEveryCommandLine =>
        EveryTemplate.With(["dotnetcli", "dotnetcli-preview"]);

    [Theory, MemberData(nameof(EveryTemplateOnEveryCommandLine))]
    public void Command_line_gets_the_solution_file(string template, string host) =>
        AssertSolutions(template, host, ["Shop.slnx"]);

    // An IDE makes a solution of its own around what the template gives it.
    [Theory, MemberData(nameof(EveryTemplateInEveryIde))]
    public void IDE_gets_no_second_solution_file(string template, string host) =>
        AssertSolutions(template, host, []);

    private static void AssertSolutions(string template, string host, string[] expected)
    {
        using var sandbox = Sandbox.For($"hosts/{template}/{host}", host);

        var folder = sandbox.Generate(template, "Shop");

        Listing.Equal(expected, Repository.FilesBelow(folder).Where(file => Path.GetExtension(file) is ".slnx" or ".sln"));
        OutputCheck.AssertSound(sandbox, folder);
        sandbox.Passed();
    }
}
