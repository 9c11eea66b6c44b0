using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

[Collection(WebApiCollection.Name)]
public sealed class MetricsTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output)
{
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
        Assert.InRange(double.Parse(drained.Line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture), 2, 4);
    }
}
