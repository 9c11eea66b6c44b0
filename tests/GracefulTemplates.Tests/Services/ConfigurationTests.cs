using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class ConfigurationTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    [Theory]
    [InlineData("Shutdown:GraceSeconds", "10", "GraceSeconds 10 - PreStopSeconds 0 - DelaySeconds 5 - FlushSeconds 3 - spare 5 leaves -3 s")]
    [InlineData("Shutdown:DelaySeconds", "40", "GraceSeconds 45 - PreStopSeconds 0 - DelaySeconds 40 - FlushSeconds 3 - spare 5 leaves -3 s")]
    [InlineData("Shutdown:DrainSeconds", "33", "GraceSeconds 45 - PreStopSeconds 0 - DelaySeconds 5 - FlushSeconds 3 - spare 5 leaves 32 s")]
    [InlineData("Shutdown:DrainSeconds", "0.5", "DrainSeconds 0.5")]
    [InlineData("Shutdown:DelaySeconds", "-1", "DelaySeconds is '-1'")]
    [InlineData("Shutdown:FlushSeconds", "soon", "FlushSeconds is 'soon'")]
    [InlineData("Shutdown:FlushSeconds", "0", "FlushSeconds is 0, but must be at least 1")]
    [InlineData("Shutdown:DelaySeconds", "1,5", "DelaySeconds is '1,5'")]
    [InlineData("Shutdown:GraceSeconds", "NaN", "GraceSeconds is 'NaN'")]
    [InlineData("Shutdown:GraceSeconds", "Infinity", "GraceSeconds is 'Infinity'")]
    [InlineData("Shutdown:GraceSeconds", "86401", "GraceSeconds is '86401'")]
    [InlineData("Shutdown:DelayInSeconds", "5", "Shutdown:DelayInSeconds")]
    [InlineData("shutdownTimeoutSeconds", "30", "shutdownTimeoutSeconds")]
    public async Task What_does_not_fit_is_refused_at_the_start_with_one_message(string key, string value, string message)
    {
        await using var service = Start(new ServiceStart { Settings = [(key, value)] });

        var ending = (await service.EndAsync()).Is(1, "failed").SaidSo();

        Assert.Contains(message, ending.Error);
        var refused = Assert.Single(service.Log.Saying(message));
        Assert.Equal((LogEntry.Refused, "Critical"), (refused.EventId, refused.Level));
        Assert.Empty(service.Log.Saying("Now listening on"));
    }

    [Fact]
    public async Task The_drain_is_what_is_left_of_the_grace_period()
    {
        await using var service = Start(new ServiceStart { Settings = [("Shutdown:GraceSeconds", "60"), ("Shutdown:PreStopSeconds", "7")] });

        var budget = await service.Log.UntilAsync(LogEntry.Budget);

        Assert.Contains("grace 60 s: preStop 7, delay 5, drain 40, flush 3, spare 5. GraceSeconds from the environment", budget.Message);
        Assert.Equal("Information", budget.Level);
    }

    // A pod's grace period that is patched does not reach the variable beside it: this tells where to look.
    [Fact]
    public async Task The_log_says_where_the_grace_period_is_from()
    {
        await using var service = Start(new ServiceStart());

        Assert.EndsWith("GraceSeconds from appsettings.json", (await service.Log.UntilAsync(LogEntry.Budget)).Message);
    }
}
