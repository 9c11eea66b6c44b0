namespace GracefulTemplates.Tests.Services;

/// <summary>graceful-grpc, with the lab's service added in the way that a user adds one, and a service marked that has unary methods too.</summary>
public sealed class GrpcBuild() : ServiceBuild("graceful-grpc", "2026.Shop")
{
    protected override void InstallLab(string project)
    {
        base.InstallLab(project);
        CopyLab("Grpc/*.cs", Path.Combine(project, "Jobs"), NamespaceOf(project));
        CopyLab("Crowd/Grpc/*.cs", Path.Combine(project, "Jobs"), NamespaceOf(project));
        CopyLab("Grpc/*.proto", Path.Combine(project, "Protos"), NamespaceOf(project));
        var file = Path.Combine(project, "2026.Shop.csproj");
        Edit(file, "Protos/jobs.proto", "Protos/*.proto");
        AddJson(project, file);
        var api = Path.Combine(project, "Grpc", "GrpcApi.cs");
        Edit(api, ".Health;", $".Health;\nusing {NamespaceOf(project)}.Shutdown;");
        const string mapping = "services.MapGrpcService<JobsService>();";
        Edit(api, mapping, $"{mapping.Replace(";", ".EndsOnDrain();")} services.MapGrpcService<Jobs.LabStreams>();");
    }

    /// <summary>
    /// The sample's methods by JSON too, as in https://learn.microsoft.com/aspnet/core/grpc/json-transcoding. The part "json" switches it on.
    /// </summary>
    private static void AddJson(string project, string file)
    {
        const string Package = "Microsoft.AspNetCore.Grpc.JsonTranscoding";
        Edit(file, "<RootNamespace>", "<IncludeHttpRuleProtos>true</IncludeHttpRuleProtos><RootNamespace>");
        Edit(file, "</Project>", $"""<ItemGroup><PackageReference Include="{Package}" /></ItemGroup></Project>""");
        Edit(Path.Combine(project, "..", "..", "Directory.Packages.props"), "</Project>",
            $"""<ItemGroup><PackageVersion Include="{Package}" Version="10.0.15" /></ItemGroup></Project>""");
        var proto = Path.Combine(project, "Protos", "jobs.proto");
        Edit(proto, "option csharp_namespace", "import \"google/api/annotations.proto\";\noption csharp_namespace");
        Edit(proto, "returns (RunReply);", "returns (RunReply) { option (google.api.http) = { post: \"/v1/jobs/{name}\" body: \"*\" }; }");
        Edit(proto, "returns (stream Progress);", "returns (stream Progress) { option (google.api.http) = { get: \"/v1/progress\" }; }");
    }

    private static void Edit(string file, string before, string after)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(before, text);
        File.WriteAllText(file, text.Replace(before, after));
    }
}

public sealed class GrpcFixture() : ServiceFixture(Built)
{
    private static readonly Lazy<Task<ServiceBuild>> Built = ServiceBuild.Once<GrpcBuild>();
}
