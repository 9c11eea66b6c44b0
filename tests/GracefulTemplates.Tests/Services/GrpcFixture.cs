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
        Edit(Path.Combine(project, "2026.Shop.csproj"), "Protos/jobs.proto", "Protos/*.proto");
        var api = Path.Combine(project, "Grpc", "GrpcApi.cs");
        Edit(api, ".Health;", $".Health;\nusing {NamespaceOf(project)}.Shutdown;");
        const string mapping = "services.MapGrpcService<JobsService>();";
        Edit(api, mapping, $"{mapping.Replace(";", ".EndsOnDrain();")} services.MapGrpcService<Jobs.LabStreams>();");
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
