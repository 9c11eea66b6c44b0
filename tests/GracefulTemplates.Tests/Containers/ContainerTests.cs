using System.Net;
using System.Text;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Pack;
using PulsarBroker.Control;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Containers;

/// <summary>Builds what the Dockerfile says and stops it as an orchestrator does.</summary>
[Collection(ContainerCollection.Name)]
[Trait("Category", "Slow")]
public sealed class ContainerTests(ServiceImages images, ITestOutputHelper output)
{
    // So that what was begun is known to be in flight; the report says whether it was.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(2);

    public static TheoryData<string> EveryConsumer => [.. Repository.Templates.Where(template => new GeneratedService("", template).Has("pulsar"))];

    [DockerTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task What_is_in_flight_is_answered_and_the_container_ends_with_0(string template)
    {
        var image = await images.OfAsync(template);
        await using var container = await RunningContainer.StartAsync(image, output);
        await Task.WhenAll(container.Begin(0));
        // Still at work when the delay is over.
        var work = container.Begin(OnItsWay.TotalSeconds + (double)image.Service.Settings["Shutdown"]!["DelaySeconds"]! + 5);
        await Task.Delay(OnItsWay);

        var exitCode = await container.StopAsync(45);

        Assert.All(await Task.WhenAll(work), answer => Assert.Equal(Work.Answered, answer));
        Assert.Equal(0, exitCode);
        Assert.Equal("drained", container.ReportJson.GetProperty("outcome").GetString());
        Assert.Equal(work.Count, container.ReportJson.GetProperty("work").GetProperty("inFlightAtSignal").GetInt32());
        Assert.InRange(Encoding.UTF8.GetByteCount(container.Report), 1, 4096); // What Kubernetes keeps of it.
    }

    [DockerTheory, MemberData(nameof(EveryConsumer))]
    public async Task A_message_in_flight_is_finished_and_acknowledged(string template)
    {
        var image = await images.OfAsync(template);
        await using var broker = await BrokerProcess.StartAsync();
        await using var container = await RunningContainer.StartAsync(image, output, broker: broker.ServiceUrl);
        var (topic, subscription) = ($"{image.Service.Settings["Pulsar"]!["Topic"]}", $"{image.Service.Settings["Pulsar"]!["Subscription"]}");
        await broker.Control.WhenAsync(topic, subscription, numbers => numbers.Consumers.Count > 0);
        await broker.Control.PublishAsync(new PublishRequest { Topic = topic, Payload = """{"name":"ci","seconds":12}""" });
        await broker.Control.WhenAsync(topic, subscription, numbers => numbers.MsgOutCounter == 1);
        await Task.Delay(OnItsWay);

        var exitCode = await container.StopAsync(45);

        Assert.Equal(0, exitCode);
        Assert.Equal(1, container.ReportJson.GetProperty("messages").GetProperty("completed").GetInt32());
        var numbers = (await broker.Control.StatisticsAsync(topic)).Subscriptions[subscription];
        Assert.Equal((1, 1, 0), (numbers.MsgOutCounter, numbers.Acknowledged, numbers.MsgBacklog));
    }

    [DockerTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task A_grace_period_that_is_too_short_loses_it_and_the_exit_code_says_so(string template)
    {
        var image = await images.OfAsync(template);
        await using var container = await RunningContainer.StartAsync(image, output);
        await Task.WhenAll(container.Begin(0));
        var work = container.Begin(20);
        await Task.Delay(OnItsWay);

        var exitCode = await container.StopAsync(3);

        Assert.All(await Task.WhenAll(work), answer => Assert.NotEqual(Work.Answered, answer));
        if (work.Count > 0) // A worker with nothing to do is gone before.
            Assert.Equal((137, ""), (exitCode, container.Report));
    }

    [DockerTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task Probes_of_the_manifest_are_answered(string template)
    {
        var image = await images.OfAsync(template);
        await using var container = await RunningContainer.StartAsync(image, output);
        var pod = image.Service.Container;

        foreach (var probe in new[] { pod.StartupProbe, pod.LivenessProbe, pod.ReadinessProbe })
        {
            using var response = await container.Http.GetAsync(container.Address(probe.HttpGet.Port.Value, probe.HttpGet.Path));
            // Without a broker a consumer is not ready, but it says so.
            HttpStatusCode[] expected = probe == pod.ReadinessProbe && image.Service.Has("pulsar")
                ? [HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable]
                : [HttpStatusCode.OK];
            Assert.Contains(response.StatusCode, expected);
        }
    }

    [DockerTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task It_runs_as_the_user_of_the_image_or_any_other_and_never_as_root(string template)
    {
        var image = await images.OfAsync(template);
        Assert.Equal("1654", await Docker.RunAsync("inspect", "--format", "{{.Config.User}}", image.Tag));

        foreach (var user in (string[])["1654", "10001"]) // The latter is that of overlays/strict.
        {
            await using var container = await RunningContainer.StartAsync(image, output, $"{user}:{user}", settings: ("Shutdown__DelaySeconds", "0"));
            Assert.Equal(user, await container.UserAsync());
            Assert.Equal(0, await container.StopAsync(45));
            Assert.Equal("drained", container.ReportJson.GetProperty("outcome").GetString());
        }
    }

    [DockerTheory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public async Task There_is_no_shell_in_the_image(string template)
    {
        var image = await images.OfAsync(template);
        output.WriteLine($"{image.Tag}: {long.Parse(await Docker.RunAsync("inspect", "--format", "{{.Size}}", image.Tag)) / 1e6:0} MB");

        foreach (var shell in (string[])["sh", "/bin/sh", "/bin/bash", "/bin/busybox"])
        {
            var outcome = await Docker.TryAsync("run", "--rm", "--entrypoint", shell, image.Tag, "-c", "true");
            Assert.True(outcome.ExitCode == 127, $"{shell} ended with {outcome.ExitCode}: {outcome.Output}");
        }
    }
}
