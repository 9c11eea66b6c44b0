using System.Diagnostics;
using System.Net;
using Grpc.Core;
using GracefulTemplates.Tests.Services;
using GracefulTemplates.Tests.Services.Load;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Item;

/// <summary>Services that are not ours, made graceful by following existing-service.md to the letter.</summary>
[Trait("Category", "Slow")]
public sealed class StockTests(StockFixture fixture, ITestOutputHelper output) : IClassFixture<StockFixture>
{
    private const int AtLeast = 3;

    public static TheoryData<string> Templates => [.. StockProject.All.Select(project => project.Template)];

    [Theory, MemberData(nameof(Templates))]
    public async Task Three_restarts_under_load_lose_no_request(string template)
    {
        var project = StockProject.All.Single(known => known.Template == template);
        var target = new LoadTarget();
        var requests = new StockLoad(target, project.Path, project.OnlyProbes);
        var calls = new GrpcLoadSeries(target, invoker => SayHelloAsync(invoker, project.Path), channels: 2, perChannel: 2, connecting: 4);
        var took = Stopwatch.StartNew();

        await Restarts.RunAsync(target, () => StartReadyAsync(project), Ended, restarts => restarts >= AtLeast, project.IsGrpc ? calls.RunAsync : requests.RunAsync);

        output.WriteLine($"{AtLeast} restarts in {took.Elapsed.TotalSeconds:0} s\n{(project.IsGrpc ? calls : requests)}");
        Assert.True(requests.Failed + calls.Failed == 0, $"{(project.IsGrpc ? calls : requests)}");
        Assert.InRange(requests.Requests + calls.Calls, 100, long.MaxValue);

        void Ended(Ending ending)
        {
            ending.Is(0, "drained");
            // Probes are no work.
            Assert.True(project.OnlyProbes || ending.Work("completed") > 0, ending.ReportText);
        }
    }

    // The table of the page.
    [Theory]
    [InlineData("Production", HttpStatusCode.NotFound)]
    [InlineData("Development", HttpStatusCode.OK)]
    public async Task Defaults_of_Aspire_stay_beside_it(string environment, HttpStatusCode ofAspire)
    {
        await using var service = await StartReadyAsync(StockProject.OfAspire, ("ASPNETCORE_ENVIRONMENT", environment));
        Assert.All(await AnswersAsync("/health", "/alive"), answer => Assert.Equal(ofAspire, answer));
        Assert.All(await AnswersAsync("/healthz", "/started", "/ready"), answer => Assert.Equal(HttpStatusCode.OK, answer));

        service.Send(Signal.Terminate);

        while (await AnswersAsync("/ready") is [HttpStatusCode.OK]) await Task.Delay(10); // The signal is on its way.
        Assert.Equal(HttpStatusCode.ServiceUnavailable, Assert.Single(await AnswersAsync("/ready")));
        (await service.EndAsync()).Is(0, "drained");
        Assert.Single(service.Log.Saying("AddHealth answers /healthz")); // As the service maps it itself.
        Assert.Empty(service.Log.Saying("DefaultHealthCheckService")); // It logs an error for every probe in the delay otherwise.

        Task<HttpStatusCode[]> AnswersAsync(params string[] paths) =>
            Task.WhenAll(paths.Select(async path => (await service.Client.GetAsync(path)).StatusCode));
    }

    // It has no appsettings.Development.json of ours.
    [Fact]
    public async Task In_Development_nobody_waits_for_a_delay()
    {
        await using var service = new ServiceProcess(fixture.AssemblyOf(StockProject.OfAspire), new ServiceStart { Settings = [("ASPNETCORE_ENVIRONMENT", "Development")] }, output);
        await service.UntilReadyAsync();

        service.Send(Signal.Interrupt);

        var ending = (await service.EndAsync()).Is(0, "drained");
        Assert.InRange(ending.Report.GetProperty("seconds").GetProperty("delay").GetDouble(), 0, 1);
    }

    private async Task<ServiceProcess> StartReadyAsync(StockProject project, params (string, string)[] settings)
    {
        var service = new ServiceProcess(fixture.AssemblyOf(project), new ServiceStart { Http2 = project.IsGrpc, Settings = [("Shutdown:DelaySeconds", "2"), .. settings] }, output);
        await service.UntilReadyAsync();
        return service;
    }

    // HelloRequest { name = "x" }
    private static async Task SayHelloAsync(CallInvoker invoker, string path)
    {
        var bytes = Marshallers.Create(message => message, message => message);
        var method = new Method<byte[], byte[]>(MethodType.Unary, path.Split('/')[1], path.Split('/')[2], bytes, bytes);
        Assert.NotEmpty(await invoker.AsyncUnaryCall(method, null, default, [0x0A, 1, (byte)'x']));
    }
}

/// <summary>All of them, built in one go with warnings as errors.</summary>
public sealed class StockFixture : IAsyncLifetime
{
    private readonly Sandbox _sandbox = Sandbox.For("stock");

    public string AssemblyOf(StockProject project) => project.AssemblyIn(_sandbox);

    public async Task InitializeAsync()
    {
        File.WriteAllText(Path.Combine(_sandbox.Folder, ".editorconfig"), "root = true\n"); // Not that of this repository.
        foreach (var project in StockProject.All)
        {
            await project.CreateAsync(_sandbox);
            project.Edit(_sandbox);
        }
        var solution = Path.Combine(_sandbox.Folder, "Stock.slnx");
        File.WriteAllText(solution, $"<Solution>{string.Concat(StockProject.All.Select(Folder))}</Solution>");
        await _sandbox.DotnetAsync(_sandbox.Folder, "restore", solution);

        await _sandbox.InstallAsync();
        foreach (var project in StockProject.All)
        {
            var outcome = await _sandbox.NewInAsync(project.FolderIn(_sandbox), new Page("existing-service.md").Code("sh")[0].Trim().Split('\n')[^1].Split(' ')[2..]);
            Assert.True(outcome.ExitCode == 0, _sandbox.Report($"{project.Template}:", outcome.Output));
        }
        // NU1603: a registry may lack the very version of a package that the SDK's template names.
        await _sandbox.DotnetAsync(_sandbox.Folder, "build", solution, "-c", "Release", "-warnaserror", "-warnnotaserror:NU1603", "-tl:off", "-nologo");
        _sandbox.Passed();

        string Folder(StockProject project, int index) =>
            $"""<Folder Name="/{index}/"><Project Path="{Path.GetRelativePath(_sandbox.Folder, project.FolderIn(_sandbox))}/Shop.csproj" /></Folder>""";
    }

    public Task DisposeAsync()
    {
        _sandbox.Dispose();
        return Task.CompletedTask;
    }
}
