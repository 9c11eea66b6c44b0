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

    // An EventSource connects again when a 200 ends, and gives up for ever on a 503.
    [Fact]
    public async Task Server_sent_events_of_which_none_was_sent_yet_end_as_if_there_were_none()
    {
        await using var service = await StartReadyAsync(delay: 0);
        var events = service.Client.GetAsync("/lab/silent-events");
        await service.Log.UntilLabSaysAsync("silent events");

        service.Send(Signal.Terminate);

        using var response = await events;
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await response.Content.ReadAsStringAsync());
        (await service.EndAsync()).Is(0, "drained").Within(1.1);
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
