using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class StreamTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    [Fact]
    public async Task Server_sent_events_go_on_in_the_delay_and_end_cleanly_when_draining_begins()
    {
        await using var service = await StartReadyAsync(delay: 1.5, lab: "phases");
        using var events = new StreamReader(await service.Client.GetStreamAsync("/jobs/progress"));
        Assert.Equal("""data: {"done":0}""", await events.ReadLineAsync());

        service.Send(Signal.Terminate);

        Assert.Contains("data:", await events.ReadToEndAsync()); // Throws when the connection is reset.
        var ended = service.Now;
        var draining = await service.Log.UntilLabSaysAsync("draining");
        Assert.InRange((ended - draining.At).TotalSeconds, -0.1, 1);
        (await service.EndAsync()).Is(0, "drained").SaidSo().Within(1.5 + 1.1);
    }

    [Fact]
    public async Task A_long_poll_that_has_sent_nothing_yet_is_told_to_come_back()
    {
        await using var service = await StartReadyAsync(delay: 0);
        var poll = service.Client.GetAsync("/lab/long-poll");
        await service.Log.UntilLabSaysAsync("long poll");

        service.Send(Signal.Terminate);

        using var response = await poll;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        (await service.EndAsync()).Is(0, "drained").Within(1.1);
    }
}
