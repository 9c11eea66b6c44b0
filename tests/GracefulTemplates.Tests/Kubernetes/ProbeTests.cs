using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GracefulTemplates.Tests.Pack;
using GracefulTemplates.Tests.Services;
using k8s.Models;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>The probes of the manifest, asked of the real process. The container tests ask them where there is Docker.</summary>
public sealed class ProbeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task Service_answers_what_the_kubelet_will_ask(string template)
    {
        using var sandbox = Sandbox.For($"probes/{template}");
        var generated = new GeneratedService(sandbox.Generate(template, "Shop", "--no-tests", "--no-docker"), template);
        if (generated.Has("pulsar"))
            await DotPulsarPackage.ProvideAsync(sandbox, generated.Folder);
        var built = Path.Combine(sandbox.Folder, "built");
        await sandbox.DotnetAsync(generated.Folder, "build", "src/Shop", "--output", built, "-tl:off", "-nologo");
        var ports = generated.Listens.Keys.ToDictionary(name => name, _ => FreePort());

        using var service = Start(built, ports);
        try
        {
            var pod = generated.Container;
            Assert.Equal(HttpStatusCode.OK, await AskAsync(pod.StartupProbe, service, ports));
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

    private static Process Start(string folder, IReadOnlyDictionary<string, int> ports)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, "Shop.dll")]) { WorkingDirectory = folder };
        foreach (var (name, port) in ports)
            start.Environment[$"Kestrel__Endpoints__{name}__Url"] = $"http://127.0.0.1:{port}";
        return Process.Start(start)!;
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
