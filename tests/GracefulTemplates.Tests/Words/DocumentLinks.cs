namespace GracefulTemplates.Tests.Words;

/// <summary>Links in Markdown that lead to files, headings, or pages of this repository.</summary>
public static class DocumentLinks
{
    private const string Ours = "https://github.com/GracefulTemplates/GracefulTemplates/blob/main/";

    /// <summary>The links in a file that lead nowhere.</summary>
    public static IEnumerable<string> Problems(string file, string text)
    {
        if (!file.EndsWith(".md", StringComparison.Ordinal)) yield break;
        var document = Document.Parse(text);
        foreach (var link in document.Sections.SelectMany(section => section.Links).Select(Uri.UnescapeDataString))
        {
            var (path, anchor) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
            if (link.StartsWith(Ours, StringComparison.Ordinal)) path = Path.Combine(Repository.Root, path[Ours.Length..]);
            else if (link.Contains("://")) continue;
            var target = path.Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path));
            if (!File.Exists(target) && !Directory.Exists(target))
                yield return $"the link to '{link}' leads nowhere";
            else if (anchor is not null && !(target == file ? document : Document.Read(target)).Anchors.Contains(anchor))
                yield return $"the link to '{link}' leads to no heading";
        }
    }
}
