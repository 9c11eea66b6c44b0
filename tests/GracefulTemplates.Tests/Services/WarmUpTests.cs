using System.Net;
using GracefulTemplates.Tests.Services.Crowd;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class WarmUpTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    private const int ReadinessChanged = 200, Failed = 201, Done = 202, NotAnswered = 203;

    [Fact]
    public async Task One_that_fails_twice_is_tried_again_until_it_works()
    {
        await using var service = Start(new ServiceStart { Lab = "warm-up-fails-twice" });
        await service.Log.UntilAsync(Failed);
        await AssertWarmingUpAsync(service);

        await service.UntilReadyAsync();

        await AssertAnswersAsync(service, "/started", HttpStatusCode.OK, "Healthy");
        await service.Log.UntilAsync(Done);
        Assert.Equal(["lab: warm-up attempt 1", "lab: warm-up attempt 2", "lab: warm-up attempt 3"],
            service.Log.Saying("lab: warm-up attempt").Select(entry => entry.Line));
        Assert.All(service.Log.Of(Failed), entry => Assert.Contains("hunter2", entry.Exception));
        Assert.Equal(2, service.Log.Of(Failed).Count);
        Assert.Empty(service.Log.Of(ReadinessChanged)); // The start has entries of its own.
    }

    [Fact]
    public async Task Ports_of_another_protocol_do_not_keep_it_from_being_ready()
    {
        await using var service = Start(new ServiceStart { Lab = "silent-ports" });

        await service.UntilReadyAsync();

        await service.Log.UntilAsync(Done);
        Assert.Empty(service.Log.Of(Failed));
        Assert.Empty(service.Log.Of(NotAnswered));
    }

    [Theory]
    [InlineData("warm-up-hangs", 2)]
    [InlineData("warm-up-hangs-without-token", 1)] // The next attempt would only be one more that hangs.
    [InlineData("warm-up-blocks", 1)]
    public async Task One_that_hangs_is_named_and_nobody_is_sent_here(string lab, int attempts)
    {
        const string Category = "Microsoft.Extensions.Diagnostics.HealthChecks"; // Serilog and NLog have it, too.
        await using var service = Start(new ServiceStart { Lab = lab, Settings = [.. Budget(delay: 5), ($"Logging:LogLevel:{Category}", "Information")] });
        await service.Log.UntilAsync(Failed);
        if (attempts > 1) await service.Log.UntilAsync("another attempt", _ => service.Log.LabSaid("warm-up hangs").Length >= attempts);
        await AssertWarmingUpAsync(service);
        Assert.Contains("Not done within 1 s", service.Log.Of(Failed)[0].Exception);
        if (attempts == 1) Assert.Single(service.Log.LabSaid("warm-up hangs"));

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(0, "drained").SaidSo().Within(0.5);
        Assert.Empty(service.Log.Saying("Stopping on SIGTERM")); // No delay: nobody was sent here.
        Assert.Single(service.Log.Entries, entry => entry.Category.StartsWith(Category, StringComparison.Ordinal)); // Of /ready: a startup probe is no error.
    }

    [Theory]
    [InlineData("warm-up-hangs")]
    [InlineData("warm-up-hangs-without-token")]
    public async Task A_signal_in_the_middle_ends_it_at_once_but_for_the_work_that_came_nevertheless(string lab)
    {
        await using var service = Start(new ServiceStart { Lab = lab, Settings = Budget(delay: 5) });
        await service.Log.UntilLabSaysAsync("warm-up hangs");
        var job = await service.BeginJobAsync("impatient", 1);

        service.Send(Signal.Terminate);

        using var answer = await job;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo().Within(1 + 0.5);
        Assert.Equal(1, ending.Work("inFlightAtSignal"));
    }

    [Fact]
    public async Task One_that_is_done_late_is_done()
    {
        await using var service = Start(new ServiceStart { Lab = "warm-up-late" });
        await service.Log.UntilAsync(Failed);

        service.OpenGate();

        await service.UntilReadyAsync();
        await service.Log.UntilLabSaysAsync("warm-up is late");
        Assert.Single(service.Log.LabSaid("warm-up is late"));
    }

    [Fact]
    public async Task The_samples_own_request_goes_through_the_whole_pipeline_and_runs_no_job()
    {
        await using var service = await StartReadyAsync(new ServiceStart { Lab = "tell-requests", Settings = Budget(delay: 0) });

        await service.Log.UntilLabSaysAsync("http POST /jobs 400");
        Assert.Equal("http", (await service.Log.UntilAsync(Done)).State("Names").GetString());
        Assert.Single(service.Log.LabSaid("http POST /jobs 400"));
        Assert.Empty(service.Log.Of(LogEntry.JobBegun));
    }

    [Theory]
    [InlineData("http://*:{0}")]
    [InlineData("http://[::]:{0}")]
    [InlineData("http://0.0.0.0:{0}")]
    [InlineData("http://localhost:{0}")]
    [InlineData("http://some-name:{0}")] // Kestrel takes a name for "all addresses".
    [InlineData("https://*:{0}")]
    public async Task It_finds_its_own_address(string url)
    {
        using var authority = new TestAuthority();
        var certificate = authority.Issue("somewhere.else");
        var service = Start(new ServiceStart
        {
            Lab = "tell-requests",
            Settings =
            [
                ("Kestrel:Endpoints:Own:Url", string.Format(System.Globalization.CultureInfo.InvariantCulture, url, Sandboxes.FreePort.Next())),
                ("Kestrel:Certificates:Default:Path", certificate), ("Kestrel:Certificates:Default:KeyPath", certificate),
            ],
        });
        await using var ending = service;

        await service.Log.UntilAsync(Done);

        await service.Log.UntilLabSaysAsync($"{new Uri(url.Replace("*", "any").Replace("{0}", "1")).Scheme} POST /jobs 400");
        Assert.Single(service.Log.LabSaid("http"));
        Assert.Empty(service.Log.Of(NotAnswered));
    }

    [Fact]
    public async Task It_starts_also_where_it_cannot_speak_to_itself()
    {
        using var authority = new TestAuthority();
        var certificate = authority.Issue("somewhere.else");
        await using var service = Start(new ServiceStart
        {
            Settings =
            [
                ("Kestrel:Endpoints:Own:Url", $"https://127.0.0.1:{Sandboxes.FreePort.Next()}"), ("Kestrel:Endpoints:Own:ClientCertificateMode", "RequireCertificate"),
                ("Kestrel:Certificates:Default:Path", certificate), ("Kestrel:Certificates:Default:KeyPath", certificate),
            ],
        });

        await service.Log.UntilAsync(Done);

        Assert.Single(service.Log.Of(NotAnswered));
    }

    [Fact]
    public async Task It_starts_also_when_the_sample_is_gone()
    {
        await using var service = await StartReadyAsync(new ServiceStart { Lab = "warm-up-asks-for-nothing" });

        Assert.Equal("lab, http", (await service.Log.UntilAsync(Done)).State("Names").GetString());
    }

    private static async Task AssertWarmingUpAsync(ServiceProcess service)
    {
        await AssertAnswersAsync(service, "/started", HttpStatusCode.ServiceUnavailable, "warming up: lab"); // What the startup probe asks.
        await AssertAnswersAsync(service, "/ready", HttpStatusCode.ServiceUnavailable, "warming up: lab");
        await AssertAnswersAsync(service, "/healthz", HttpStatusCode.OK, "Healthy");
    }

    private static async Task AssertAnswersAsync(ServiceProcess service, string path, HttpStatusCode status, string reason)
    {
        using var response = await service.Client.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, response.StatusCode);
        Assert.Contains(reason, body);
        Assert.DoesNotContain("hunter2", body);
    }
}
