using Rollout.Model;

namespace Rollout;

internal enum Disruption { Rollout, NodeShutdown, LivenessKill }

internal enum RouteKind { KubeProxies, HealthCheckingBalancer, Ingress }

internal enum Transport { Http, Grpc, Messages }

/// <summary>What is done to the pods, and how clients reach them.</summary>
internal sealed record Scenario(string Name, string Summary)
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("rollout", "kubectl rollout restart, clients behind kube-proxies"),
        new("grpc", "the same with gRPC") { Transport = Transport.Grpc },
        new("ingress", "the same behind an HTTP ingress (YARP)") { Route = RouteKind.Ingress },
        new("messages", "kubectl rollout restart of workers on a Shared subscription of a Pulsar broker")
        {
            Transport = Transport.Messages, Replaced = ["Jobs/JobRunner.cs"],
        },
        new("node-shutdown", "the kubelet stops the pods of a node, the endpoints are not told; a balancer asks /ready itself")
        {
            Disruption = Disruption.NodeShutdown, Route = RouteKind.HealthCheckingBalancer,
        },
        new("liveness-kill", "the kubelet restarts a container that its liveness probe gave up; Kubernetes sends to it until its readiness fails")
        {
            Disruption = Disruption.LivenessKill,
        },
        new("control-no-delay", "no preStop sleep and no delay, proxies 2 s behind")
        {
            Change = deployment => (deployment with { PreStopSeconds = 0 }).With("Shutdown__PreStopSeconds", 0).With("Shutdown__DelaySeconds", 0),
            Lags = [2],
        },
        new("control-shell", "ENTRYPOINT in shell form: the signal never arrives")
        {
            Change = deployment => (deployment with { GraceSeconds = 20 }).With("Shutdown__GraceSeconds", 20), ShellForm = true,
        },
        new("control-grace", "SIGKILL comes 3 s after SIGTERM, the service was told another number")
        {
            Change = deployment => deployment with { GraceSeconds = deployment.PreStopSeconds + 3 },
        },
        new("control-process", "messages, with the loop of DotPulsar's Process() in the worker")
        {
            Transport = Transport.Messages, Replaced = ["Jobs/JobRunner.cs", "Messaging/Internal/PulsarWorker.cs"],
        },
    ];

    public Disruption Disruption { get; init; }
    public RouteKind Route { get; init; }
    public Transport Transport { get; init; }
    public bool ShellForm { get; init; }

    /// <summary>What a control breaks in the Deployment of the graceful service.</summary>
    public Func<Deployment, Deployment> Change { get; init; } = deployment => deployment;

    /// <summary>Files of the graceful service in whose place come those of Peers/.</summary>
    public IReadOnlyList<string> Replaced { get; init; } = [];

    /// <summary>A lag that the scenario needs.</summary>
    public double[]? Lags { get; init; }

    /// <summary>The graceful one.</summary>
    public string Template => Transport switch
    {
        Transport.Grpc => "graceful-grpc",
        Transport.Messages => "graceful-pulsar-worker",
        _ => "graceful-webapi",
    };

    public bool IsControl => Name.StartsWith("control-", StringComparison.Ordinal);
}
