using System.Net;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>Nothing of the machinery uses reflection over the application.</summary>
[Trait("Category", "Slow")]
public sealed partial class TrimmedTests(ITestOutputHelper output) : CrowdTests(output)
{
    [Fact]
    public async Task A_trimmed_single_file_stops_and_reports_and_neither_trimmer_nor_AOT_analysis_have_anything_to_say_about_the_machinery()
    {
        using var sandbox = Sandbox.For("trimmed");
        const string Name = "Trimmed.Shop";
        var folder = sandbox.Generate("graceful-webapi", Name, "--no-tests", "--no-observability");
        var project = Path.Combine(folder, "src", Name);
        AddJsonContext(project);
        var published = Path.Combine(sandbox.Folder, "published");

        // The sample's own validation warns, so that warnings cannot be errors.
        var said = await sandbox.DotnetAsync(project, "publish", "-c", "Release", "-r", "linux-x64", "--self-contained", "-o", published, "-tl:off", "-nologo",
            "-p:PublishTrimmed=true", "-p:PublishSingleFile=true", "-p:TrimmerSingleWarn=false", "-p:EnableAotAnalyzer=true", "-p:TreatWarningsAsErrors=false");

        Assert.DoesNotMatch(WarningOfTheMachinery(), said);
        var start = Executable(Path.Combine(published, Name));
        await using var service = new ServiceProcess(Path.Combine(published, Name), start with { Settings = [.. start.Settings, .. ServiceTests.Budget(delay: 1, drain: 1)] }, Output);
        await service.UntilReadyAsync();
        using (var job = await service.RunJobAsync("quick", 0)) Assert.Equal(HttpStatusCode.OK, job.StatusCode);
        var overrun = service.RunJobAsync("slow", 60); // In flight at the signal or arrived in the delay.

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(overrun);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo();
        // Not compiled ahead, it may not be done with the host's callbacks by then either, beside a load: seen with one of 36.
        Assert.Equal("POST /jobs", ending.Aborted[0].Name);
        sandbox.Passed();
    }

    // What a user adds for his own types: without reflection the serializer knows none.
    private static void AddJsonContext(string project)
    {
        File.WriteAllText(Path.Combine(project, "Http", "JobJson.cs"), """
            using System.Text.Json.Serialization;

            namespace Trimmed.Shop.Http;

            [JsonSerializable(typeof(Job)), JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
            internal sealed partial class JobJson : JsonSerializerContext;
            """);
        var program = Path.Combine(project, "Program.cs");
        const string Build = "var app = builder.Build();";
        File.WriteAllText(program, File.ReadAllText(program).Replace(Build,
            $"builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, JobJson.Default));\n{Build}"));
    }

    [GeneratedRegex(@"[^\n]*\b(Shutdown|Health)[/.][^\n]*warning IL\d+[^\n]*|warning IL\d+[^\n]*\b(Shutdown|Health)[/.][^\n]*")]
    private static partial Regex WarningOfTheMachinery();
}
