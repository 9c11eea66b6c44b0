using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

[Trait("Category", "Slow")]
public sealed class OrderTests(ITestOutputHelper output) : CrowdTests(output)
{
    private static readonly string[] StockOrder =
    [
        "ApplicationStopping",
        "Second.StoppingAsync", "Second.StoppingAsync has ended", "First.StoppingAsync", "First.StoppingAsync has ended",
        "server", "server has ended",
        "Second.StopAsync", "Second.StopAsync has ended", "stoppingToken", "First.StopAsync", "First.StopAsync has ended",
        "Second.StoppedAsync", "Second.StoppedAsync has ended", "First.StoppedAsync", "First.StoppedAsync has ended",
        "ApplicationStopped",
        "Dispose",
    ];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_stop_comes_to_the_parts_of_the_host_in_the_order_of_stock_and_not_before_the_delay_is_over(Make make)
    {
        await using var service = await StartReadyAsync(make, "order", delay: 1);
        var request = await BeginAsync(service, "nothing");

        service.Send(Signal.Terminate);
        if (make == Make.Graceful) await service.Log.UntilAsync(LogEntry.Draining);
        await service.Log.UntilLabSaysAsync("order server");
        await service.UntilClosedAsync();
        service.OpenGate();

        Assert.Equal("200 done", await TextAsync(request));
        (await service.EndAsync()).IsDrained(make);
        Assert.Equal(StockOrder, Sorted(service.Log.LabSaid("order ")));
        if (make == Make.Graceful) Assert.All(service.Log.Saying("lab: order "), told => Assert.True((told.At - service.SignalledAt).TotalSeconds >= 1, told.ToString()));
    }

    // In stock callbacks of ApplicationStopping run beside the first StoppingAsync.
    private static IEnumerable<string> Sorted(string[] said) => said.OrderBy(what => what == "ApplicationStopping" ? 0 : 1);
}
