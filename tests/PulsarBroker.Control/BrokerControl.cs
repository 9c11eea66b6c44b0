using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace PulsarBroker.Control;

/// <summary>The control port as a test sees it.</summary>
public sealed class BrokerControl(Uri url) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new() { BaseAddress = url };

    public Uri Url => url;

    /// <summary>Returns when all messages are stored.</summary>
    public Task PublishAsync(PublishRequest request) => SendAsync(HttpMethod.Post, "/control/publish", request);

    public Task SetFaultsAsync(Faults faults) => SendAsync(HttpMethod.Put, "/control/faults", faults);

    public Task DropConnectionsAsync() => SendAsync(HttpMethod.Post, "/control/drop-connections");

    public Task UnloadAsync(string topic) => SendAsync(HttpMethod.Post, $"/control/unload?topic={Uri.EscapeDataString(topic)}");

    /// <summary>Sets a subscription back to the first message, as an operator does.</summary>
    public Task ReplayAsync(string topic, string subscription) => SendAsync(HttpMethod.Post,
        $"/control/replay?topic={Uri.EscapeDataString(topic)}&subscription={Uri.EscapeDataString(subscription)}");

    public Task ResetAsync() => SendAsync(HttpMethod.Post, "/control/reset");

    /// <summary>The topic is one of the namespace public/default.</summary>
    public Task PartitionAsync(string topic, int count) => SendAsync(HttpMethod.Put, $"/admin/v2/persistent/public/default/{topic}/partitions", count);

    public Task<TopicStatistics> StatisticsAsync(string topic) => GetAsync<TopicStatistics>($"/control/stats?topic={Uri.EscapeDataString(topic)}");

    public Task<IReadOnlyList<StoredMessage>> MessagesAsync(string topic) =>
        GetAsync<IReadOnlyList<StoredMessage>>($"/control/messages?topic={Uri.EscapeDataString(topic)}");

    public Task<IReadOnlyList<EntryDeliveries>> DeliveriesAsync(string topic, string subscription) => GetAsync<IReadOnlyList<EntryDeliveries>>(
        $"/control/deliveries?topic={Uri.EscapeDataString(topic)}&subscription={Uri.EscapeDataString(subscription)}");

    public Task<IReadOnlyList<LoggedCommand>> CommandsAsync() => GetAsync<IReadOnlyList<LoggedCommand>>("/control/commands");

    /// <summary>Waits until the numbers of a topic are as wanted.</summary>
    public Task<TopicStatistics> WhenAsync(string topic, Func<TopicStatistics, bool> condition) =>
        WhenAsync(() => StatisticsAsync(topic), condition, $"statistics of {topic}");

    /// <summary>Waits until the numbers of a subscription are as wanted; it may not exist yet.</summary>
    public async Task<SubscriptionStatistics> WhenAsync(string topic, string subscription, Func<SubscriptionStatistics, bool> condition) =>
        (await WhenAsync(topic, s => s.Subscriptions.TryGetValue(subscription, out var known) && condition(known))).Subscriptions[subscription];

    /// <summary>Waits until a client has sent what is wanted.</summary>
    public Task<IReadOnlyList<LoggedCommand>> WhenAsync(Func<IReadOnlyList<LoggedCommand>, bool> condition) => WhenAsync(CommandsAsync, condition, "commands");

    public void Dispose() => _http.Dispose();

    private static async Task<T> WhenAsync<T>(Func<Task<T>> read, Func<T, bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var seen = await read();
            if (condition(seen))
                return seen;
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"The {what} were not as wanted within {Patience.TotalSeconds} s: {JsonSerializer.Serialize(seen, ControlJson.Options)}");
            await Task.Delay(Poll);
        }
    }

    private async Task<T> GetAsync<T>(string path) => (await _http.GetFromJsonAsync<T>(path, ControlJson.Options))!;

    private async Task SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: ControlJson.Options);
        using var response = await _http.SendAsync(request);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }
}
