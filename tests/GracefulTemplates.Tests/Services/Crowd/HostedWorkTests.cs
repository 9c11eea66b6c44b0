using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>Queues, buses and connections that hosted services own: they serve until the last request is answered.</summary>
[Trait("Category", "Slow")]
public sealed class HostedWorkTests(ITestOutputHelper output) : CrowdTests(output)
{
    [Theory]
    [MemberData(nameof(Both))]
    public async Task What_the_last_request_puts_into_a_queue_is_processed(Make make)
    {
        await using var service = await StartReadyAsync(make, "queue");

        await EndWithAsync(service, make, "queue");

        Assert.Equal(["1 processed", "2 processed", "3 processed", "4 processed", "5 processed"], service.Log.LabSaid("item "));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task What_the_last_request_puts_into_an_outbox_is_sent(Make make)
    {
        await using var service = await StartReadyAsync(make, "outbox");

        await EndWithAsync(service, make, "outbox");

        Assert.Single(service.Log.LabSaid("letter sent"));
    }

    [Theory]
    [CombinatorialOfBoth("bus", "cache", "database")]
    public async Task A_client_that_a_hosted_service_owns_is_closed_behind_the_last_request(Make make, string client)
    {
        await using var service = await StartReadyAsync(make, client);

        await EndWithAsync(service, make, client);

        Assert.Equal(["sent", "closed"], [.. service.Log.LabSaid("").Where(said => said is "sent" or "closed")]);
    }

    [Fact]
    public async Task A_queue_has_its_reserve_though_a_request_overruns_the_deadline()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "queue", drain: 3);
        var filling = await BeginAsync(service, "queue");
        var overrun = service.Client.GetAsync("/crowd/ignore-token");
        await service.Log.UntilLabSaysAsync("ignoring its token");

        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        service.OpenGate();

        Assert.Equal("200 done", await TextAsync(filling));
        await Jobs.AssertCutOffAsync(overrun);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo();
        Assert.Equal("GET /crowd/ignore-token", Assert.Single(ending.Aborted).Name);
        Assert.Equal(5, service.Log.LabSaid("item ").Length);
        // Its worker ends when it is told to stop, and that has to be before the deadline.
        var (emptied, aborted) = (Assert.Single(service.Log.Saying("lab: the queue is empty")), Assert.Single(service.Log.Of(LogEntry.Aborting)));
        Assert.True(emptied.At < aborted.At, $"{emptied}\n{aborted}");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_hosted_service_that_is_registered_as_transient_is_stopped_too(Make make)
    {
        await using var service = await StartReadyAsync(make, "transient");

        await EndWithAsync(service, make, "nothing");

        Assert.Single(service.Log.LabSaid("what was started is stopped"));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Services_that_stop_concurrently_by_the_users_wish_may_wait_for_each_other(Make make)
    {
        await using var service = await StartReadyAsync(make, "stop-concurrently,two-that-meet");

        await EndWithAsync(service, make, "nothing");
    }

    [Fact]
    public async Task HostOptions_ShutdownTimeout_has_no_effect_and_the_log_says_so()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "shutdown-timeout,slow-stop");

        await EndWithAsync(service, Make.Graceful, "nothing");

        Assert.Single(service.Log.LabSaid("slow stop done"));
        Assert.Single(service.Log.Saying("HostOptions.ShutdownTimeout 1 s has no effect"));
    }

    [Fact]
    public async Task A_service_that_gives_up_at_the_deadline_without_a_word_is_named()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "gives-up", drain: 3);

        service.Send(Signal.Terminate);

        Assert.Equal("GivesUp", Assert.Single((await service.EndAsync()).Is(2, "aborted").SaidSo().Aborted).Name);
    }

    [Theory]
    [CombinatorialOfBoth("bus", "queue")]
    public async Task Autofac_may_be_the_container(Make make, string deed)
    {
        await using var service = await StartReadyAsync(make, $"autofac,{deed}");

        await EndWithAsync(service, make, deed);

        Assert.NotEmpty(service.Log.LabSaid(deed == "bus" ? "sent" : "item 5 processed"));
    }

    [Theory]
    [CombinatorialOfBoth("masstransit:order 7 taken", "quartz:import done")]
    public async Task What_a_request_in_flight_orders_of_a_package_is_done(Make make, string package)
    {
        var (name, said) = (package.Split(':')[0], package.Split(':')[1]);
        await using var service = await StartReadyAsync(make, name);

        await EndWithAsync(service, make, name);

        Assert.Single(service.Log.LabSaid(said));
    }

    // Hangfire begins nothing more once ApplicationStopping has fired, and leaves the rest to the next server.
    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_job_of_Hangfire_that_is_at_work_is_finished(Make make)
    {
        await using var service = await StartReadyAsync(make, "hangfire");
        var request = await BeginAsync(service, "hangfire");
        service.OpenGate();
        Assert.Equal("200 done", await TextAsync(request)); // Its job has begun.

        service.Send(Signal.Terminate);

        (await service.EndAsync()).IsDrained(make);
        Assert.Single(service.Log.LabSaid("import done"));
    }

    [Fact]
    public async Task A_job_of_Hangfire_that_is_ordered_in_the_delay_is_done()
    {
        await using var service = await StartReadyAsync(Make.Graceful, "hangfire", delay: 2);
        var request = await BeginAsync(service, "hangfire");
        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);
        service.OpenGate();

        Assert.Equal("200 done", await TextAsync(request));
        (await service.EndAsync()).IsDrained(Make.Graceful);
        Assert.Single(service.Log.LabSaid("import done"));
    }

    /// <summary>A request is in flight at the signal, does its deed when the listener has closed, and is answered.</summary>
    private static async Task EndWithAsync(ServiceProcess service, Make make, string deed)
    {
        var request = await BeginAsync(service, deed);
        service.Send(Signal.Terminate);
        await service.UntilClosedAsync();
        service.OpenGate();

        Assert.Equal("200 done", await TextAsync(request));
        (await service.EndAsync()).IsDrained(make);
    }
}
