using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Graceful.Service_1.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Graceful.Service_1.Tests;

/// <summary>The usual way to test an ASP.NET Core application inside the process of the tests.</summary>
public sealed class FactoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task The_service_runs_in_a_factory_and_stops_fast(string environment)
    {
        await using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEnvironment(environment)
            .UseSetting("Shutdown:DrainSeconds", "1")
            .UseSetting("Shutdown:FlushSeconds", "1"));
        using var client = factory.CreateClient();

        using var job = await client.PostAsJsonAsync("/jobs", new Job("x", 0.1), Cancellation);
        using var ready = await client.GetAsync("/ready", Cancellation);
        var stop = Stopwatch.StartNew();
        await factory.DisposeAsync();

        Assert.Equal(new Job("x", 0.1), await job.Content.ReadFromJsonAsync<Job>(Cancellation));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.InRange(stop.Elapsed.TotalSeconds, 0, 2);
    }

    // The deadline of the services above has passed by then: nothing of them may end the process of the tests.
    [Fact]
    public async Task Nothing_of_a_stopped_service_is_left_behind()
    {
        await The_service_runs_in_a_factory_and_stops_fast("Production");

        await Task.Delay(TimeSpan.FromSeconds(10), Cancellation);
    }
}
