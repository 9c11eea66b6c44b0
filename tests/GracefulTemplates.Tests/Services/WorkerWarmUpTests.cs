using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>Handlers need what the warm-ups make.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerWarmUpTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    private const int WarmUpFailed = 201, Consuming = 300;

    [Fact]
    public async Task The_first_message_is_taken_after_the_last_warm_up()
    {
        await Broker.PublishAsync(Messages(5, seconds: 0));
        await using var worker = Start(Consumer() with { Lab = "journal,warm-up-late" });
        await worker.Log.UntilAsync(WarmUpFailed); // After a second: it would be consuming by now.

        using (var ready = await worker.Client.GetAsync("/ready"))
        {
            var body = await ready.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("service: warming up: lab", body);
            Assert.Contains("pulsar: there is no consumer yet", body); // Not one that is looked for and has no answer.
        }
        Assert.Empty(worker.Log.Of(Consuming));
        Assert.DoesNotContain(Journal.Lines, line => line.What == "begin");

        worker.OpenGate();

        await UntilNoBacklogAsync();
        Tally(5).NoneLost().NoneTwice();
        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("warm-up-hangs")]
    [InlineData("warm-up-hangs-without-token")]
    public async Task A_signal_in_the_middle_of_one_ends_it_and_no_message_was_taken(string lab)
    {
        await Broker.PublishAsync(Messages(5, seconds: 0));
        await using var worker = Start(Consumer() with { Lab = $"journal,{lab}" });
        await worker.Log.UntilLabSaysAsync("warm-up hangs");

        worker.Send(Signal.Terminate);

        var ending = (await worker.EndAsync()).Is(0, "drained").SaidSo().Within(0.5);
        Assert.Equal(0, ending.Messages("received"));
        Assert.Empty(worker.Log.Of(Consuming));
        Assert.DoesNotContain(Journal.Lines, line => line.What == "begin");
    }
}
