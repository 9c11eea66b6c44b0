using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Trait("Category", "Slow")]
public sealed class MetricsTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    private const string Requests = "http.server.request.duration";

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(0.2);

    [Fact]
    public async Task The_meter_counts_work_in_flight_and_the_end_of_it()
    {
        await using var service = await StartReadyAsync(delay: 0, drain: 2);
        var job = await service.BeginJobAsync("ignore-token", 60);
        using var asked = await service.Client.GetAsync("/lab/metrics");
        await service.Log.UntilLabSaysAsync("metric shutdown.work.in_flight 2"); // The job and the question.

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(job);
        await service.EndAsync();
        Assert.Single(service.Log.Saying("lab: metric shutdown.work.aborted 1"));
        var drained = Assert.Single(service.Log.Saying("lab: metric shutdown.drain.duration"));
        Assert.InRange(double.Parse(drained.Line.Split(' ')[^1], CultureInfo.InvariantCulture), 2, 4);
    }

    [Fact]
    public async Task An_aborted_stop_is_an_increase_that_can_be_seen_when_the_pod_is_gone()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await StartReadyAsync(new ServiceStart { Settings = [.. Budget(delay: 0.5, drain: 1), .. receiver.SettingsOf(Often)] });
        await receiver.UntilExportAsync();
        Assert.Equal(0, Assert.Single(receiver.Exports("shutdown.work.aborted")[^1]).Value);
        Assert.Equal(["aborted 0", "drained 0", "failed 0", "forced 0"], Stops(receiver));
        var job = await service.BeginJobAsync("ignore-token", 60);

        service.Send(Signal.Terminate);

        await Jobs.AssertCutOffAsync(job);
        (await service.EndAsync()).Is(2, "aborted").SaidSo();
        Assert.Equal(1, Assert.Single(receiver.Exports("shutdown.work.aborted")[^1]).Value);
        Assert.Equal(["aborted 1", "drained 0", "failed 0", "forced 0"], Stops(receiver));
        Assert.Single(receiver.Instances); // All of it in the same series.
        Assert.Equal(1.5, Assert.Single(receiver.Exports("shutdown.deadline")[^1]).Value);
        var drain = Assert.Single(receiver.Exports("shutdown.drain.duration")[^1]);
        Assert.Equal(1, drain.Count);
        Assert.InRange(drain.Value, 1.5, 5);
        Assert.Equal(5, drain.Bounds.Count(bound => bound is >= 20 and <= 40)); // A deadline of 32 s, and what is near to it.
    }

    [Theory]
    [InlineData("forced 1")]
    [InlineData("failed 1")]
    [InlineData("drained 1")]
    public async Task Every_stop_is_counted_by_its_outcome(string outcome)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await StartReadyAsync(new ServiceStart
        {
            Lab = outcome == "failed 1" ? "crash-at-gate" : "", Settings = [.. Budget(delay: 0, drain: 30), .. receiver.SettingsOf(Often)],
        });
        await receiver.UntilExportAsync();

        if (outcome == "failed 1")
        {
            service.OpenGate();
        }
        else
        {
            var job = outcome == "forced 1" ? await service.BeginJobAsync("ignore-token", 60) : null;
            service.Send(Signal.Terminate);
            if (job is not null)
            {
                await service.SendAgainAsync(Signal.Terminate);
                await Jobs.AssertCutOffAsync(job);
            }
        }

        await service.EndAsync();
        Assert.Equal([outcome], Stops(receiver).Where(stop => stop[^1] != '0'));
    }

    // What a container does that cannot start, and is restarted: always process 1 of the same pod, and never an export before the last.
    [Pid1Fact]
    public async Task Starts_that_fail_are_counted_each_as_an_instance_of_its_own()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        for (var start = 1; start <= 2; start++)
        {
            await using var service = Start(new ServiceStart
            {
                AsPid1 = true, Port = ((IPEndPoint)other.LocalEndpoint).Port, Settings = receiver.Settings,
            });
            (await service.EndAsync()).Is(1, "failed");
            Assert.Equal(["failed 1"], Stops(receiver));
            Assert.Equal(start, receiver.Instances.Count);
        }
    }

    [Fact]
    public async Task Probes_and_the_warm_up_are_in_no_metric_and_no_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await StartReadyAsync(new ServiceStart { Settings = [.. Budget(delay: 0), .. receiver.SettingsOf(Often)] });
        foreach (var probe in (string[])["/healthz", "/started", "/ready"])
            using (await service.Client.GetAsync(probe)) { }
        await receiver.UntilExportAsync();
        Assert.Empty(receiver.Exports(Requests));

        using (await service.RunJobAsync("x", 0)) { }
        await receiver.UntilExportAsync();

        var point = Assert.Single(receiver.Exports(Requests)[^1]);
        Assert.Equal(("/jobs", "200", 1), (point.Attributes["http.route"], point.Attributes["http.response.status_code"], point.Count));
        service.Send(Signal.Terminate);
        await service.EndAsync(); // All spans have arrived.
        Assert.Equal(["/jobs"], receiver.PathsOfSpans);
    }

    /// <summary>As with the dashboard of compose.yaml when nobody has started it.</summary>
    [Fact]
    public async Task A_receiver_that_never_answers_holds_up_no_stop_with_the_timeout_of_compose()
    {
        var compose = await File.ReadAllTextAsync(Path.Combine(Repository.TemplatesFolder, "shared/compose.yaml"));
        var timeout = Regex.Match(compose, "OTEL_EXPORTER_OTLP_TIMEOUT: \"(.+)\"").Groups[1].Value;
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(); // The kernel accepts, nobody reads.
        await using var service = await StartReadyAsync(new ServiceStart
        {
            Settings = [.. Budget(delay: 0), ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{silent.LocalEndpoint}"), ("OTEL_EXPORTER_OTLP_TIMEOUT", timeout)],
        });
        using (await service.RunJobAsync("x", 0)) { } // A span, log entries and metrics.

        service.Send(Signal.Terminate);

        (await service.EndAsync()).Is(0, "drained").SaidSo(); // Else the bound on the flush would have made it "aborted".
    }

    [Fact]
    public async Task What_the_environment_says_of_the_service_counts()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var service = await StartReadyAsync(new ServiceStart
        {
            Settings = [.. Budget(delay: 0), .. receiver.SettingsOf(Often), ("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=mine")],
        });

        await receiver.UntilExportAsync();

        Assert.Equal(["mine"], receiver.Instances);
    }

    private static IEnumerable<string> Stops(OtlpReceiver receiver) =>
        receiver.Exports("shutdown.stops")[^1].Select(point => $"{point.Attributes["shutdown.outcome"]} {point.Value}").Order();
}
