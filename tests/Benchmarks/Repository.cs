namespace Benchmarks;

/// <summary>Where things are in this repository.</summary>
internal static class Repository
{
    /// <summary>The folder of GracefulTemplates.csproj.</summary>
    public static string Root { get; } = FindRoot();

    public static string TemplatesFolder { get; } = Path.Combine(Root, "templates");

    public static string ResultsFolder { get; } = Directory.CreateDirectory(Path.Combine(Root, "artifacts", "benchmarks")).FullName;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GracefulTemplates.csproj"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No GracefulTemplates.csproj above {AppContext.BaseDirectory}.");
    }
}
