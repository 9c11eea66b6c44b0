using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>A broker that wants a token.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerTokenTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>, IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("Token")]
    [InlineData("TokenFile")]
    public async Task The_token_of_the_configuration_is_used(string key)
    {
        await RequireAsync("secret");
        await File.WriteAllTextAsync(_file, "secret\n");

        await using var worker = await StartReadyAsync(Consumer(settings: ($"Pulsar:{key}", key == "Token" ? "secret" : _file)));
    }

    [Fact]
    public async Task A_token_that_was_rotated_is_used_by_the_next_connection()
    {
        await RequireAsync("first");
        await File.WriteAllTextAsync(_file, "first\n");
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:TokenFile", _file)));

        await File.WriteAllTextAsync(_file, "second\n");
        await RequireAsync("second");
        await PublishAsync("m-0", seconds: 0);

        await UntilNoBacklogAsync();
        Tally(1).NoneLost().NoneTwice();
        Assert.Empty(worker.Log.Saying("The consumer failed"));    }

    [Fact]
    public async Task A_token_that_is_rotated_too_late_costs_the_time_until_then()
    {
        await RequireAsync("first");
        await File.WriteAllTextAsync(_file, "first\n");
        await using var worker = await StartReadyAsync(Consumer(settings: ("Pulsar:TokenFile", _file)));

        await RequireAsync("second");
        await worker.Log.UntilAsync("the reason", entry => entry.Says("The token is not the required one"));
        await UntilReadyIsAsync(worker, HttpStatusCode.ServiceUnavailable);
        await Task.Delay(TimeSpan.FromSeconds(12)); // Part of the scenario: by now it is tried more and more seldom, if it is.
        Assert.Single(worker.Log.Saying("The token is not the required one"));
        await File.WriteAllTextAsync(_file, "second\n");
        var written = System.Diagnostics.Stopwatch.StartNew();

        await UntilReadyIsAsync(worker, HttpStatusCode.OK);
        Assert.InRange(written.Elapsed.TotalSeconds, 0, 8); // It looks twice a second, and the client waits a second; the rest is for a busy machine.
    }

    public void Dispose() => File.Delete(_file);

    /// <summary>From now on, and all connections have to come again.</summary>
    private async Task RequireAsync(string token)
    {
        await Broker.SetFaultsAsync(new() { RequireToken = token });
        await Broker.DropConnectionsAsync();
    }
}
