using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Services;
using GracefulTemplates.Tests.Words;

namespace GracefulTemplates.Tests.Containers;

/// <summary>One image for each template, built once from what is generated under a name with a blank.</summary>
public sealed class ServiceImages : IAsyncLifetime
{
    private const string ProjectName = "order service";

    private readonly Dictionary<string, (Sandbox Sandbox, Task<ServiceImage> Image)> _images = [];

    public Task InitializeAsync() => Task.CompletedTask;

    internal Task<ServiceImage> OfAsync(string template)
    {
        if (!_images.TryGetValue(template, out var known))
        {
            var sandbox = Sandbox.For($"image/{template}");
            _images[template] = known = (sandbox, BuildAsync(sandbox, template));
        }
        return known.Image;
    }

    public async Task DisposeAsync()
    {
        foreach (var (sandbox, image) in _images.Values)
        {
            if (image.IsCompletedSuccessfully)
                await Docker.TryAsync("rmi", (await image).Tag);
            sandbox.Dispose();
        }
    }

    private static async Task<ServiceImage> BuildAsync(Sandbox sandbox, string template)
    {
        var service = new GeneratedService(sandbox.Generate(template, ProjectName), template);
        var image = new ServiceImage($"graceful-templates-test/{template}", service);
        // As the README says it, in the folder of the service.
        var words = Document.Read(Path.Combine(service.Folder, "README.md")).Commands.Single(command => command.StartsWith("docker build ", StringComparison.Ordinal)).Split(' ');
        string[] build = [.. words[1..^1], service.Folder];
        if (service.Has("pulsar") && (await Docker.TryAsync(build)).Output.Contains("NU1101: Unable to find package DotPulsar"))
            UseStandIn(service.Folder);
        await Docker.RunAsync(build);
        await Docker.RunAsync("tag", words[^2], image.Tag);
        await Docker.RunAsync("rmi", words[^2]);
        sandbox.Passed();
        return image;
    }

    // As tests/Sandbox does, but inside of the build context, and so under names that the Dockerfile copies.
    private static void UseStandIn(string folder)
    {
        var standIn = Path.Combine("src", ProjectName, "StandIn");
        Directory.CreateDirectory(Path.Combine(folder, standIn));
        foreach (var assembly in Directory.GetFiles(Path.GetDirectoryName(DotPulsarPackage.StandIn)!, "*.dll"))
            File.Copy(assembly, Path.Combine(folder, standIn, Path.GetFileName(assembly)));
        File.Copy(Path.Combine(Repository.Root, "tests", "Sandbox", "DotPulsar.targets"), Path.Combine(folder, "Directory.StandIn.targets"));
        var props = Path.Combine(folder, "Directory.Build.props");
        File.WriteAllText(props, File.ReadAllText(props).Replace("<Project>", $"""
            <Project>
              <PropertyGroup>
                <CustomAfterDirectoryBuildTargets>$(MSBuildThisFileDirectory)Directory.StandIn.targets</CustomAfterDirectoryBuildTargets>
                <DotPulsarStandIn>$(MSBuildThisFileDirectory){standIn}/DotPulsar.dll</DotPulsarStandIn>
              </PropertyGroup>
            """));
    }
}

/// <summary>An image, and the folder it was built from.</summary>
internal sealed record ServiceImage(string Tag, GeneratedService Service);

/// <summary>The container tests run one after the other: each of them keeps a processor busy.</summary>
[CollectionDefinition(Name)]
public sealed class ContainerCollection : ICollectionFixture<ServiceImages>
{
    public const string Name = "containers";
}
