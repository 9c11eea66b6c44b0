using System.Diagnostics;
using System.Net;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Services;
using GracefulTemplates.Tests.Words;

namespace GracefulTemplates.Tests.Containers;

/// <summary>What the generated READMEs say of Compose is done as it is written.</summary>
[Collection(ContainerCollection.Name)]
[Trait("Category", "Slow")]
public sealed class ComposeTests
{
    // So that what was begun is known to be in flight.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [ComposeTheory]
    [InlineData("graceful-webapi", "docker compose stop")]
    [InlineData("graceful-webapi", "Ctrl+C")]
    [InlineData("graceful-grpc", "docker compose stop")]
    public async Task A_stop_grants_the_grace_period(string template, string stop)
    {
        using var sandbox = Sandbox.For($"compose/{template}/{stop}");
        var service = new GeneratedService(sandbox.Generate(template, "Shop"), template);
        var readme = Document.Read(Path.Combine(service.Folder, "README.md"));
        var up = readme.Commands.Single(command => command.StartsWith("docker compose up", StringComparison.Ordinal));
        await using var project = new ComposeProject(service);
        var running = project.Start(up);
        using var http = new HttpClient { Timeout = Patience };
        var addresses = await WhenReadyAsync(sandbox, project, service, http, running);
        Uri Address(string port, string path) => new(addresses[port], path);
        await Task.WhenAll(Work.Begin(service, http, Address, 0));
        // Docker's own 10 s would not be enough: the delay, and this.
        var work = Work.Begin(service, http, Address, OnItsWay.TotalSeconds + 12);
        await Task.Delay(OnItsWay);

        if (stop == "Ctrl+C")
            await running.StandardInput.WriteAsync('\x03');
        else
            await project.RunAsync(stop);

        Assert.All(await Task.WhenAll(work), answer => Assert.Equal(Work.Answered, answer));
        using var patience = new CancellationTokenSource(Patience);
        await running.WaitForExitAsync(patience.Token); // What was in the foreground ends with the service.
        var (exitCode, lastLine) = await project.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains("Shutdown drained", lastLine);
        sandbox.Passed();
    }

    private static async Task<Dictionary<string, Uri>> WhenReadyAsync(
        Sandbox sandbox, ComposeProject project, GeneratedService service, HttpClient http, Process up)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (; ; await Task.Delay(500, patience.Token))
        {
            if (up.HasExited)
                Assert.Fail(sandbox.Report("docker compose up has ended:", File.ReadAllText(Path.Combine(sandbox.Folder, "up.log"))));
            try
            {
                var addresses = new Dictionary<string, Uri>();
                foreach (var (name, port) in service.Listens)
                    addresses[name] = new Uri($"http://{await project.AddressAsync(port)}");
                var probe = service.Container.ReadinessProbe.HttpGet;
                using var response = await http.GetAsync(new Uri(addresses[probe.Port.Value], probe.Path), patience.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                    return addresses;
            }
            catch (Exception e) when (e is HttpRequestException or Xunit.Sdk.TrueException) { } // Not started yet.
        }
    }
}
