using System.Diagnostics;
using System.Reflection;
using GracefulTemplates.Sandboxes;

namespace PulsarBroker.Tests;

/// <summary>A project that references the package is built with the stand-in where the package cannot be had.</summary>
public sealed class SandboxTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dotpulsar-sandbox-");

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_project_and_its_tests_use_the_package_or_the_stand_in_and_stay_as_they_are()
    {
        var files = Write(new()
        {
            ["Directory.Build.props"] = "<Project><PropertyGroup><TargetFramework>net10.0</TargetFramework><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>",
            ["Directory.Build.targets"] = "<Project />",
            ["Directory.Packages.props"] = "<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup><ItemGroup><PackageVersion Include=\"DotPulsar\" Version=\"5.3.1\" /></ItemGroup></Project>",
            ["src/Shop/Shop.csproj"] = "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><PackageReference Include=\"DotPulsar\" /></ItemGroup></Project>",
            ["src/Shop/Client.cs"] = "namespace Shop; public static class Client { public static DotPulsar.Abstractions.IPulsarClientBuilder New() => DotPulsar.PulsarClient.Builder(); }",
            ["tests/Shop.Tests/Shop.Tests.csproj"] = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup><ItemGroup><ProjectReference Include=\"../../src/Shop/Shop.csproj\" /></ItemGroup></Project>",
            ["tests/Shop.Tests/Program.cs"] = "DotPulsar.Abstractions.IPulsarClient client = Shop.Client.New().Build(); System.Console.WriteLine(client.ServiceUrl); await client.DisposeAsync();",
        });
        var variables = await DotPulsarProbe.ProvideAsync(Sandbox, Path.Combine(_folder.FullName, "Directory.Packages.props"), _folder.FullName, Built("StandIn"));

        var output = await RunAsync(variables, "run", "--project", "tests/Shop.Tests");

        Assert.Equal("pulsar://localhost:6650/", output.Trim());
        Assert.All(files, file => Assert.Equal(file.Value, File.ReadAllText(Path.Combine(_folder.FullName, file.Key))));
        var copied = Path.Combine(_folder.FullName, "tests/Shop.Tests/bin/Debug/net10.0/PulsarBroker.Protocol.dll");
        Assert.Equal(variables.ContainsKey(DotPulsarProbe.Variable), File.Exists(copied));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Sandbox => Built("Sandbox");

    private static string Built(string name) =>
        typeof(SandboxTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == name).Value!;

    private Dictionary<string, string> Write(Dictionary<string, string> files)
    {
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.FullName, path))!);
            File.WriteAllText(Path.Combine(_folder.FullName, path), text);
        }
        return files;
    }

    private async Task<string> RunAsync(IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["NuGetAudit"] = "false";      // not the question, and it waits for the network
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
