using Rollout.Model;

namespace Rollout.Tests;

public sealed class DeploymentTests
{
    [Fact]
    public void The_numbers_are_those_of_the_templates_manifest()
    {
        var deployment = Deployment.Parse(File.ReadAllText(Path.Combine(Benchmarks.Repository.TemplatesFolder, "shared/k8s/deployment.yaml")));

        Assert.Equal((45, 5, 10), (deployment.GraceSeconds, deployment.PreStopSeconds, deployment.MinReadySeconds));
        Assert.Equal(("1", "0"), (deployment.MaxSurge.Text, deployment.MaxUnavailable.Text));
        Assert.Equal(new Probe("/ready", 1, 2, 2), deployment.Readiness);
        Assert.Equal("5", deployment.Environment["Shutdown__PreStopSeconds"]);
    }

    [Fact]
    public void What_a_manifest_leaves_out_is_Kubernetes_default()
    {
        var deployment = Deployment.Parse("""
            kind: Service
            ---
            kind: Deployment
            spec: {template: {spec: {containers: [{name: app}]}}}
            """);

        Assert.Equal((1, 30, 0, 0), (deployment.Replicas, deployment.GraceSeconds, deployment.PreStopSeconds, deployment.MinReadySeconds));
        Assert.Equal(("25%", "25%"), (deployment.MaxSurge.Text, deployment.MaxUnavailable.Text));
        Assert.Equal(Probe.None, deployment.Readiness);
    }
}
