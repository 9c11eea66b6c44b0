using System.Security.Cryptography;

namespace GracefulTemplates.Tests.Services;

/// <summary>graceful-service is put together from its siblings.</summary>
public sealed class CombinedSourcesTests
{
    [Fact]
    public void No_file_of_it_equals_one_of_a_sibling()
    {
        var siblings = Repository.Templates.Where(template => template != "graceful-service").Append("shared")
            .SelectMany(Files).ToLookup(file => file.Hash);

        var copies = Files("graceful-service").SelectMany(own => siblings[own.Hash].Select(copy => $"{own.Path} = {copy.Path}"));

        Assert.Empty(copies);
    }

    // The engine wants icon, options and prose of each template in its own .template.config.
    private static IEnumerable<(string Path, string Hash)> Files(string folder) =>
        from file in Repository.FilesBelow(Path.Combine(Repository.TemplatesFolder, folder))
        where !file.StartsWith(".template.config/", StringComparison.Ordinal) && !file.Contains("/obj/") && !file.Contains("/bin/")
        select ($"{folder}/{file}", Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Repository.TemplatesFolder, folder, file)))));
}
