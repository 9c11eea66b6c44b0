using GracefulTemplates.Sandboxes;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GracefulTemplates.Tests.Pack;
using GracefulTemplates.Tests.Services;
using k8s.Models;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>The probes of the manifest, asked of the real process. The container tests ask them where there is Docker.</summary>
[Trait("Category", "Slow")]
public sealed class ProbeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Under names that are also those of a type, of a package, and of none of a file's or a project's syntax, and without parts that are not probed.
    public static TheoryData<string, string, string> EveryTemplateUnderAnAwkwardName => new()
    {
        { "graceful-webapi", "Acme.Console", "--no-observability" },
        { "graceful-grpc", "Program", "--no-tests --no-observability" },
        { "graceful-pulsar-worker", "DotPulsar", "--no-tests" },
        { "graceful-service", "R&D;b$c", "" },
    };

    [Theory, MemberData(nameof(EveryTemplateUnderAnAwkwardName))]
    public async Task Service_answers_what_the_kubelet_will_ask(string template, string name, string options)
    {
        using var sandbox = Sandbox.For($"probes/{template}");
        var generated = new GeneratedService(sandbox.Generate(template, name, options.Split(' ', StringSplitOptions.RemoveEmptyEntries)), template);
        if (generated.Has("pulsar"))
            await DotPulsarPackage.ProvideAsync(sandbox, generated.Folder);
        await sandbox.BuildAsync(generated.Folder);
        var ports = generated.Listens.Keys.ToDictionary(port => port, _ => FreePort.Next());

        using var service = Start(Path.Combine(generated.Folder, "src", name, "bin", "Debug", "net10.0"), generated.AssemblyName, ports);
        try
        {
            var pod = generated.Container;
            await UntilOkAsync(pod.StartupProbe, service, ports);
            Assert.Equal(HttpStatusCode.OK, await AskAsync(pod.LivenessProbe, service, ports));
            // Without a broker a consumer is not ready, but it says so.
            Assert.Contains(await AskAsync(pod.ReadinessProbe, service, ports),
                generated.Has("pulsar") ? [HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable] : (HttpStatusCode[])[HttpStatusCode.OK]);
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }
        sandbox.Passed();
    }

    [Fact]
    public void Every_template_has_a_name() => Listing.Equal(Repository.Templates, EveryTemplateUnderAnAwkwardName.Select(row => $"{row[0]}"));

    private static Process Start(string folder, string assembly, IReadOnlyDictionary<string, int> ports)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, assembly + ".dll")]) { WorkingDirectory = folder };
        foreach (var (name, port) in ports)
            start.Environment[$"Kestrel__Endpoints__{name}__Url"] = $"http://127.0.0.1:{port}";
        return Process.Start(start)!;
    }

    // 503 while it warms up.
    private static async Task UntilOkAsync(V1Probe probe, Process service, IReadOnlyDictionary<string, int> ports)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await AskAsync(probe, service, ports) != HttpStatusCode.OK)
            await Task.Delay(TimeSpan.FromSeconds(probe.PeriodSeconds!.Value), patience.Token);
    }

    private static async Task<HttpStatusCode> AskAsync(V1Probe probe, Process service, IReadOnlyDictionary<string, int> ports)
    {
        using var client = new HttpClient { Timeout = Patience };
        using var patience = new CancellationTokenSource(Patience);
        for (; ; await Task.Delay(100, patience.Token))
        {
            Assert.False(service.HasExited, "The service has ended.");
            try
            {
                using var response = await client.GetAsync($"http://127.0.0.1:{ports[probe.HttpGet.Port.Value]}{probe.HttpGet.Path}", patience.Token);
                return response.StatusCode;
            }
            catch (HttpRequestException) { } // It is still starting.
        }
    }
}
