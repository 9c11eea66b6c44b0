namespace GracefulTemplates.Tests;

/// <summary>Approved listings: a change to what we ship shows up in review as a line of text.</summary>
public static class Golden
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", "Golden");

    /// <summary>Compares with the approved lines; with ACCEPT=1 in the environment it approves instead.</summary>
    public static void Equal(string name, IReadOnlyList<string> actual)
    {
        var file = Path.Combine(Folder, name + ".txt");
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, string.Concat(actual.Select(line => line + "\n")));
            return;
        }

        var changes = Listing.Changes(File.Exists(file) ? File.ReadAllLines(file) : [], actual);
        Assert.True(changes.Count == 0,
            $"{file} differs:\n{string.Join('\n', changes)}\n"
            + "If that is meant: ACCEPT=1 dotnet test tests/GracefulTemplates.Tests, and commit the file.");
    }
}
