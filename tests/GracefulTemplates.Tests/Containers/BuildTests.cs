using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Services;

namespace GracefulTemplates.Tests.Containers;

/// <summary>Builds of the image under circumstances that other people's machines have.</summary>
[Collection(ContainerCollection.Name)]
[Trait("Category", "Slow")]
public sealed class BuildTests
{
    private const string Template = "graceful-webapi";

    // As two platforms, two services or two jobs on one runner do.
    [LongDockerFact]
    public async Task Four_builds_at_once_fill_an_empty_cache()
    {
        using var sandbox = Sandbox.For("image-builds/at-once");
        var cache = $"test-{Guid.NewGuid():n}";
        string[] folders = [.. Enumerable.Range(1, 4).Select(number => WithCache(sandbox.Generate(Template, $"Shop{number}", "--no-tests"), cache))];

        var outcomes = await Task.WhenAll(folders.Select(folder => Docker.TryAsync("build", "--no-cache", "--tag", Tag(folder), folder)));

        Assert.All(outcomes, outcome => Assert.True(outcome.ExitCode == 0, outcome.Output));
        await RemoveAsync(cache, folders);
        sandbox.Passed();
    }

    // As on another runner with cache-from, or after BuildKit has collected what was not used for two days.
    [LongDockerFact]
    public async Task A_build_whose_restore_is_cached_finds_its_packages_gone()
    {
        using var sandbox = Sandbox.For("image-builds/cache-gone");
        var cache = $"test-{Guid.NewGuid():n}";
        var folder = WithCache(sandbox.Generate(Template, "R&D $hop", "--no-tests"), cache);
        await Docker.RunAsync("build", "--tag", Tag(folder), folder);

        await RemoveAsync(cache);
        File.AppendAllText(Path.Combine(folder, "src", "R&D $hop", "Program.cs"), "// changed\n");
        var output = await Docker.RunAsync("build", "--progress=plain", "--tag", Tag(folder), folder);

        Assert.True(Regex.IsMatch(output, @"dotnet restore[^\n]*\n(#\d+ sha256:[^\n]*\n)?#\d+ CACHED"), sandbox.Report("The restore is not cached:", output));
        await RemoveAsync(cache, folder);
        sandbox.Passed();
    }

    // As docker buildx build --platform linux/amd64,linux/arm64 does. Not the last stage: its base is not here for another platform, and it only copies.
    [LongDockerFact]
    public async Task Two_platforms_at_once_fill_an_empty_cache_and_each_gets_its_own_files()
    {
        using var sandbox = Sandbox.For("image-builds/platforms");
        var cache = $"test-{Guid.NewGuid():n}";
        // It has a tool besides the compiler, protoc, which must be that of the machine that builds.
        var folder = WithCache(sandbox.Generate("graceful-grpc", "Shop", "--no-tests"), cache);
        string[] platforms = ["amd64", "arm64"];

        var outcomes = await Task.WhenAll(platforms.Select(platform =>
            Docker.TryAsync("build", "--no-cache", "--platform", $"linux/{platform}", "--target", "build", "--tag", $"{Tag(folder)}:{platform}", folder)));

        Assert.All(outcomes, outcome => Assert.True(outcome.ExitCode == 0, outcome.Output));
        Assert.Equal([".NETCoreApp,Version=v10.0/linux-x64", ".NETCoreApp,Version=v10.0/linux-arm64"], await Task.WhenAll(platforms.Select(TargetAsync)));
        await RemoveAsync(cache);
        foreach (var platform in platforms)
            await Docker.RunAsync("rmi", $"{Tag(folder)}:{platform}");
        sandbox.Passed();

        async Task<string> TargetAsync(string platform)
        {
            var container = (await Docker.RunAsync("create", "--platform", $"linux/{platform}", $"{Tag(folder)}:{platform}", "dotnet")).Trim();
            var file = Path.Combine(sandbox.Folder, $"{platform}.json");
            await Docker.RunAsync("cp", $"{container}:/app/Shop.deps.json", file);
            await Docker.RunAsync("rm", container);
            return $"{JsonNode.Parse(File.ReadAllText(file))!["runtimeTarget"]!["name"]}";
        }
    }

    /// <summary>A cache of its own, for nobody else's may be emptied.</summary>
    private static string WithCache(string folder, string id)
    {
        var file = Path.Combine(folder, "Dockerfile");
        var text = File.ReadAllText(file);
        Assert.Contains("id=nuget,target=/root/.nuget/packages", text);
        File.WriteAllText(file, text.Replace("id=nuget,target=/root/.nuget/packages", $"id={id},target=/root/.nuget/{id}")
            .Replace("ARG TARGETARCH", $"ARG TARGETARCH\nENV NUGET_PACKAGES=/root/.nuget/{id}"));
        return folder;
    }

    private static async Task RemoveAsync(string cache, params string[] folders)
    {
        foreach (var folder in folders)
            await Docker.TryAsync("rmi", Tag(folder));
        var caches = JsonElement.Parse(await Docker.RunAsync("system", "df", "-v", "--format", "{{json .BuildCache}}"));
        foreach (var known in caches.EnumerateArray().Where(known => $"{known.GetProperty("Description")}".Contains(cache)))
            await Docker.RunAsync("builder", "prune", "--force", "--filter", $"id={known.GetProperty("ID")}");
    }

    private static string Tag(string folder) => $"graceful-templates-test/{new GeneratedService(folder, Template).Compose.Text("name")}";
}

/// <summary>A test that builds images, and takes minutes.</summary>
internal sealed class LongDockerFactAttribute : FactAttribute
{
    public LongDockerFactAttribute() => Skip = new LongFactAttribute().Skip ?? Docker.Unavailable;
}
