using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>Routing, policies and middleware of the user's: the machinery is in front of them.</summary>
[Trait("Category", "Slow")]
public sealed class PipelineTests(ITestOutputHelper output) : CrowdTests(output)
{
    [Theory]
    [InlineData("own-routing", "/mvc")]
    [InlineData("path-base", "/base/mvc")]
    [InlineData("own-routing,path-base", "/mvc")]
    [InlineData("", "/crowd/group")]
    public async Task An_action_that_ends_on_drain_ends_and_others_go_on_wherever_routing_runs(string parts, string path)
    {
        await using var service = await StartReadyAsync(Make.Graceful, parts);
        var forever = service.Client.GetAsync($"{path}/forever");
        await service.Log.UntilLabSaysAsync("forever");
        var work = service.Client.PostAsync($"{path}/work", null);
        await service.Log.UntilLabSaysAsync("at the gate");

        service.Send(Signal.Terminate);

        using var ended = await forever;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ended.StatusCode);
        await service.UntilClosedAsync();
        service.OpenGate();
        Assert.Equal("200 done", await TextAsync(work));
        (await service.EndAsync()).IsDrained(Make.Graceful);
    }

    [Theory]
    [InlineData("own-routing", "/mvc")]
    [InlineData("path-base", "/base/mvc")]
    public async Task What_is_cut_off_has_the_name_of_its_route_wherever_routing_runs(string parts, string path)
    {
        await using var service = await StartReadyAsync(Make.Graceful, parts, drain: 1);
        var request = service.Client.GetAsync($"{path}/ignore-token/4711");
        await service.Log.UntilLabSaysAsync("ignoring its token, 4711");

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(request);
        Assert.Equal("GET mvc/ignore-token/{number:int}", Assert.Single((await service.EndAsync()).Is(2, "aborted").SaidSo().Aborted).Name);
    }

    [Fact]
    public async Task What_is_answered_in_front_of_the_endpoints_is_counted_and_asks_its_client_to_leave()
    {
        string[] paths = ["/crowd/short-circuit", "/crowd/branch", "/crowd/middleware"];
        await using var service = await StartReadyAsync(Make.Graceful, "", drain: 5);
        var requests = paths.Select(path => service.Client.GetAsync(path)).ToList();
        await service.Log.UntilLabSaysAsync("at the gate", paths.Length);

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        service.OpenGate();

        foreach (var (path, request) in paths.Zip(requests))
        {
            using var response = await request;
            Assert.Equal((path, HttpStatusCode.OK, true), (path, response.StatusCode, response.Headers.ConnectionClose));
        }
        var ending = (await service.EndAsync()).IsDrained(Make.Graceful);
        Assert.Equal((paths.Length, paths.Length), (ending.Work("inFlightAtSignal"), ending.Work("completed")));
    }

    // Host filtering is a start-up filter of the framework's own: its answers must not leave connections open that are about to go.
    [Fact]
    public async Task What_host_filtering_refuses_asks_its_client_to_leave_too()
    {
        await using var service = await StartReadyAsync(Make.Graceful, new ServiceStart { Settings = [("AllowedHosts", "shop.example.com")] }, delay: 3);
        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);

        using var response = await service.Client.GetAsync("/crowd/short-circuit");

        Assert.Equal((HttpStatusCode.BadRequest, true), (response.StatusCode, response.Headers.ConnectionClose));
    }

    // Only a GET with both headers is the handshake of a WebSocket.
    [Fact]
    public async Task A_request_that_only_looks_like_a_WebSocket_is_finished()
    {
        (string Method, string Path, string Connection)[] requests =
            [("POST", "/crowd/at-gate/nothing", "keep-alive"), ("POST", "/crowd/at-gate/nothing", "Upgrade"), ("GET", "/crowd/short-circuit", "keep-alive")];
        await using var service = await StartReadyAsync(Make.Graceful, "");
        var answers = requests.Select(request => SendAsync(request.Method, request.Path, request.Connection)).ToList();
        await service.Log.UntilLabSaysAsync("at the gate", requests.Length);

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync(); // Not before long-lived responses have ended or were cut off.
        service.OpenGate();

        foreach (var (request, answer) in requests.Zip(answers))
            Assert.Equal((request, "200 done"), (request, await TextAsync(answer)));
        var ending = (await service.EndAsync()).IsDrained(Make.Graceful);
        Assert.Equal((requests.Length, requests.Length), (ending.Work("inFlightAtSignal"), ending.Work("completed")));

        Task<HttpResponseMessage> SendAsync(string method, string path, string connection) => service.Client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), path) { Headers = { { "Connection", connection }, { "Upgrade", "websocket" } } });
    }

    [Theory]
    [InlineData("fallback-policy", "", 401, 401)]
    [InlineData("rate-limiter", "", 200, 429)]
    [InlineData("https-redirection", "", 307, 307)]
    [InlineData("request-timeouts", "", 504, 504)]
    [InlineData("maintenance", "", 410, 410)]
    [InlineData("output-cache", "", 200, 200)]
    [InlineData("response-caching", "", 200, 200)]
    [InlineData("map-fallback", "", 200, 200)]
    [InlineData("", "shop.example.com", 400, 400)]
    public async Task A_policy_for_all_endpoints_is_none_for_probes(string parts, string allowedHosts, int first, int second)
    {
        await using var service = await StartAsync(Make.Graceful, new ServiceStart
        {
            Lab = parts, Settings = [.. ServiceTests.Budget(delay: 3), ("AllowedHosts", allowedHosts.Length > 0 ? allowedHosts : "*")],
        });
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = service.Client.BaseAddress };
        await service.UntilReadyAsync();
        Assert.Equal((first, second), (await StatusAsync("/crowd/hello"), await StatusAsync("/crowd/hello"))); // So the policy is at work.
        Assert.Equal((200, 200), (await StatusAsync("/healthz"), await StatusAsync("/ready")));

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);

        Assert.Equal((200, 503), (await StatusAsync("/healthz"), await StatusAsync("/ready")));
        var ending = (await service.EndAsync()).IsDrained(Make.Graceful);
        Assert.Equal((0, 0), (ending.Work("inFlightAtSignal"), ending.Work("arrivedAfterSignal")));

        async Task<int> StatusAsync(string path)
        {
            using var response = await client.GetAsync(path);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task A_type_of_the_application_that_cannot_be_loaded_is_none_of_our_business()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "");
        Assert.Equal("2 cannot be loaded", await service.Client.GetStringAsync("/crowd/missing-types"));

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(Make.Graceful);
    }
}
