using System.Net;
using System.Net.Http.Json;
using PulsarBroker.Control;
using PulsarBroker.Tests.Support;

namespace PulsarBroker.Tests;

[Collection(BrokerFixture.Collection)]
public sealed class ControlTests(BrokerFixture fixture) : BrokerTests(fixture)
{
    [Theory]
    [InlineData("/control/faults", "{\"hangs\":true}", "hangs")]
    [InlineData("/control/faults", "{\"subscribe\":\"NoSuchError\"}", "ServerError")]
    [InlineData("/admin/v2/persistent/public/default/t/partitions", "0", "at least one partition")]
    public async Task What_a_test_misspells_is_explained(string path, string body, string explanation)
    {
        using var http = new HttpClient { BaseAddress = Control.Url };
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await http.PutAsync(path, content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(explanation, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Pulsars_own_paths_and_names_work_as_in_its_admin_API()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Control.Url, $"/admin/v2/persistent/public/default/{Topic}/") };
        using (var partitions = await http.PutAsJsonAsync("partitions", 2))
            Assert.Equal(HttpStatusCode.NoContent, partitions.StatusCode);
        await PublishAsync(6);
        await using var client = NewClient();
        await using var consumer = await client.SubscribeAsync(name: "c");
        await consumer.ReceiveAsync(6);

        var numbers = await http.GetFromJsonAsync<System.Text.Json.JsonElement>("partitioned-stats");

        var subscription = numbers.GetProperty("subscriptions").GetProperty(Subscription);
        Assert.Equal((6, 6), (subscription.GetProperty("msgBacklog").GetInt32(), subscription.GetProperty("unackedMessages").GetInt32()));
        Assert.Equal("c", subscription.GetProperty("consumers")[0].GetProperty("consumerName").GetString());
    }

    [Fact]
    public async Task Messages_can_be_made_from_a_pattern()
    {
        await Control.PublishAsync(new() { Topic = Topic, Count = 4, From = 10, BatchSize = 2, Keys = 2, Payload = "{\"name\":\"m-{n}\"}" });

        var messages = await Control.MessagesAsync(Topic);

        Assert.Equal(["{\"name\":\"m-10\"}", "{\"name\":\"m-11\"}", "{\"name\":\"m-12\"}", "{\"name\":\"m-13\"}"], messages.Select(m => m.Payload));
        Assert.Equal(["key-0", "key-0", "key-1", "key-1"], messages.Select(m => m.Key));
        Assert.Equal(["10", "11", "12", "13"], messages.Select(m => m.Properties["number"]));
    }

    [Fact]
    public async Task A_rate_spreads_the_messages()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();

        await Control.PublishAsync(new() { Topic = Topic, Count = 21, PerSecond = 100 });

        Assert.True(clock.ElapsedMilliseconds >= 200, $"21 messages at 100 a second took {clock.ElapsedMilliseconds} ms.");
    }

    [Fact]
    public async Task A_reset_leaves_nothing()
    {
        await PublishAsync(3);
        await Control.SetFaultsAsync(new() { RefuseConnections = true });

        await Control.ResetAsync();

        Assert.Equal(0, (await Control.StatisticsAsync(Topic)).Entries);
        (await RawClient.ConnectAsync(ServiceUrl)).Dispose();
    }
}
