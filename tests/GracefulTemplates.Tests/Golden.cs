namespace GracefulTemplates.Tests;

/// <summary>Approved listings and files: a change to what we ship shows up in review.</summary>
public static class Golden
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", "Golden");

    private static bool Accept => Environment.GetEnvironmentVariable("ACCEPT") == "1";

    /// <summary>Compares with the approved lines; with ACCEPT=1 in the environment it approves instead.</summary>
    public static void Equal(string name, IReadOnlyList<string> actual)
    {
        var file = Path.Combine(Folder, name + ".txt");
        if (Accept)
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, string.Concat(actual.Select(line => line + "\n")));
            return;
        }

        var changes = Listing.Changes(File.Exists(file) ? File.ReadAllLines(file) : [], actual);
        Assert.True(changes.Count == 0, $"{file} differs:\n{string.Join('\n', changes)}\n{HowToAccept}");
    }

    /// <summary>Compares the files with the approved ones. They are stored with .txt at the end, so that nothing builds or formats them.</summary>
    /// <param name="name">The folder below Golden/.</param>
    /// <param name="actual">By their path.</param>
    public static void Equal(string name, IReadOnlyDictionary<string, string> actual)
    {
        var folder = Path.Combine(Folder, name);
        if (Accept)
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            foreach (var (path, text) in actual)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
                File.WriteAllText(Path.Combine(folder, path + ".txt"), text);
            }
            return;
        }

        var approved = Repository.FilesBelow(folder).ToDictionary(file => file[..^".txt".Length], file => File.ReadAllText(Path.Combine(folder, file)));
        string[] changes =
        [
            .. Listing.Changes(approved.Keys, actual.Keys),
            .. from path in approved.Keys.Intersect(actual.Keys)
               where approved[path] != actual[path]
               from change in Listing.Changes(approved[path].Split('\n'), actual[path].Split('\n')).DefaultIfEmpty("  lines in another order")
               select $"{path}: {change}",
        ];
        Assert.True(changes.Length == 0, $"{folder} differs:\n{string.Join('\n', changes)}\n{HowToAccept}");
    }

    private const string HowToAccept = "If that is meant: ACCEPT=1 dotnet test tests/GracefulTemplates.Tests --filter ListingTests, and commit the files.";
}
