using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>What must hold of Dockerfile and compose.yaml. Each check gives what it found wrong.</summary>
public static partial class ImageChecks
{
    public static IReadOnlyDictionary<string, Func<GeneratedService, IEnumerable<string>>> All { get; } =
        new Dictionary<string, Func<GeneratedService, IEnumerable<string>>>
        {
            [nameof(ServiceIsProcess1)] = ServiceIsProcess1,
            [nameof(ImageIsSmallAndNotRoot)] = ImageIsSmallAndNotRoot,
            [nameof(ImageBuildsAnywhere)] = ImageBuildsAnywhere,
            [nameof(ComposeIsAsStrictAsTheCluster)] = ComposeIsAsStrictAsTheCluster,
        };

    private static IEnumerable<string> ServiceIsProcess1(GeneratedService service)
    {
        // A shell as process 1 does not pass SIGTERM on.
        var command = Instructions(service, "ENTRYPOINT").LastOrDefault() ?? "";
        if (!IsJson(command, out var words) || words is not ["dotnet", var assembly] || assembly != service.AssemblyName + ".dll")
            yield return $"ENTRYPOINT {command} does not start {service.AssemblyName}.dll directly";
        if (Instructions(service, "STOPSIGNAL").Any() || Instructions(service, "CMD").Any())
            yield return "STOPSIGNAL or CMD change how it is started and stopped";
    }

    private static IEnumerable<string> ImageIsSmallAndNotRoot(GeneratedService service)
    {
        string[] stages = [.. Instructions(service, "FROM")];
        if (stages.Length < 2 || !stages[^1].EndsWith("-chiseled", StringComparison.Ordinal))
            yield return $"the last stage is not chiseled: {stages.LastOrDefault()}";
        if (Instructions(service, "USER").LastOrDefault() is not { } user || !NumericUser().IsMatch(user))
            yield return "USER is not a number, so the kubelet cannot tell that it is not root";
        string[] context = [.. service.Text(".dockerignore").Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
        if (context.FirstOrDefault() != "*" || !context.Contains("**/bin") || !context.Contains("**/obj"))
            yield return ".dockerignore lets in more than the build reads";
        int[] exposed = [.. Instructions(service, "EXPOSE").Select(int.Parse).Order()];
        if (!exposed.SequenceEqual(service.Listens.Values.Order()))
            yield return $"exposed are {string.Join(", ", exposed)}, it listens on {string.Join(", ", service.Listens.Values)}";
    }

    private static IEnumerable<string> ImageBuildsAnywhere(GeneratedService service)
    {
        if (service.Dockerfile.Contains("syntax=") || service.Dockerfile.Contains("--link"))
            yield return "needs a frontend from the registry";
        foreach (var copy in Instructions(service, "COPY").Select(copy => Option().Replace(copy, "")))
            if (!IsJson(copy, out _))
                yield return $"COPY {copy} breaks with a blank in a name";
        if (!Instructions(service, "ARG").Contains("TARGETARCH") || !service.Dockerfile.Contains("--platform=$BUILDPLATFORM"))
            yield return "cannot be built for another architecture";
        var copies = service.Dockerfile.IndexOf("COPY [\"src\",", StringComparison.Ordinal);
        var restores = service.Dockerfile.IndexOf("dotnet restore", StringComparison.Ordinal);
        if (restores < 0 || restores > copies || Instructions(service, "RUN").Any(run => !run.StartsWith("--mount=type=cache,", StringComparison.Ordinal)))
            yield return "every change of the code restores again";
        foreach (var run in Instructions(service, "RUN").Where(run => !run.Contains(",sharing=locked ")))
            yield return $"RUN {run}: two builds at once write the same packages";
        if (service.Dockerfile.Contains("--no-restore "))
            yield return "the cache mount may be empty although the layer of the restore is there";
    }

    private static IEnumerable<string> ComposeIsAsStrictAsTheCluster(GeneratedService service)
    {
        var services = (YamlMappingNode)service.Compose.Find("services")!;
        var own = services.Children.First().Value;
        (string What, bool Holds)[] all =
        [
            ("read_only", own.Text("read_only") == "true"),
            ("tmpfs /tmp", own.Items("tmpfs").Any(path => path.ToString() == "/tmp")),
            ("cap_drop ALL", own.Items("cap_drop").Any(capability => capability.ToString() == "ALL")),
            ("no-new-privileges", own.Items("security_opt").Any(option => option.ToString() == "no-new-privileges:true")),
            ("a name of its own", service.Compose.Text("name") == services.Children.First().Key.ToString()),
            ("stop_grace_period as in appsettings.json", own.Text("stop_grace_period") == $"{service.Settings["Shutdown"]!["GraceSeconds"]}s"),
            ("all ports, for this machine only", own.Items("ports").Select(port => $"{port}").Order()
                .SequenceEqual(service.Listens.Values.Select(port => $"127.0.0.1:{port}:{port}").Order())),
            ("a broker that is healthy before the service starts", !service.Has("pulsar")
                || (own.Text("depends_on.pulsar.condition") == "service_healthy" && services.Find("pulsar.healthcheck.test") is not null)),
        ];
        return from one in all where !one.Holds select $"missing: {one.What}";
    }

    private static IEnumerable<string> Instructions(GeneratedService service, string name) =>
        Instruction().Matches(service.Dockerfile).Where(match => match.Groups["name"].Value == name).Select(match => match.Groups["value"].Value);

    private static bool IsJson(string text, out string[] words)
    {
        try
        {
            words = JsonSerializer.Deserialize<string[]>(text) ?? [];
            return true;
        }
        catch (JsonException)
        {
            words = [];
            return false;
        }
    }

    [GeneratedRegex(@"^(?<name>[A-Z]+) (?<value>(?:[^\\\n]|\\\n?)*)$", RegexOptions.Multiline)]
    private static partial Regex Instruction();

    [GeneratedRegex(@"^(\d+(:\d+)?|\$APP_UID)$")]
    private static partial Regex NumericUser();

    [GeneratedRegex(@"^(--\S+ )+")]
    private static partial Regex Option();
}
