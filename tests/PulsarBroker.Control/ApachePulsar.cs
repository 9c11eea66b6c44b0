using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using GracefulTemplates.Sandboxes;
using PulsarBroker.Control.Wire;

namespace PulsarBroker.Control;

/// <summary>Apache Pulsar itself, as one process: the folder shared/pulsar beside the repository, and Java 17.</summary>
public sealed class ApachePulsar : ITestBroker
{
    private readonly ConcurrentDictionary<string, (long Messages, long Entries)> _published = new();
    private readonly HttpClient _admin = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly string _script = "", _data = "";
    private readonly string[] _options = [];

    private ApachePulsar(Uri serviceUrl, Uri adminUrl)
    {
        ServiceUrl = serviceUrl;
        _admin.BaseAddress = new Uri(adminUrl, "/admin/v2/");
    }

    private ApachePulsar(string script, string data, string[] options)
    {
        (_script, _data, _options) = (script, data, options);
        var (port, webPort) = (FreePort.Next(), FreePort.Next());
        _options = ["--port", $"{port}", "--web-port", $"{webPort}", .. options];
        ServiceUrl = new Uri($"pulsar://127.0.0.1:{port}");
        _admin.BaseAddress = new Uri($"http://127.0.0.1:{webPort}/admin/v2/");
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
    }

    public Uri ServiceUrl { get; }

    public HttpClient Admin => _admin;

    /// <summary>The subscription of the topics that are published to: made before the first message, which would be deleted otherwise.</summary>
    public string Subscription { get; init; } = "tests";

    private bool IsOwn => _data.Length > 0;

    /// <summary>The one that PULSAR_SERVICE_URL and PULSAR_ADMIN_URL name; null when they name none. It is used, and left running.</summary>
    public static ApachePulsar? Given() => Environment.GetEnvironmentVariable("PULSAR_SERVICE_URL") is { Length: > 0 } url
        ? new(new Uri(url), new Uri(Environment.GetEnvironmentVariable("PULSAR_ADMIN_URL") ?? "http://localhost:8080"))
        : null;

    /// <summary>Why none can be started here; null when one can.</summary>
    public static string? Missing(string repository)
    {
        if (!File.Exists(ScriptBeside(repository)))
            return "Apache Pulsar is not here: there is no ../shared/pulsar.";
        return HasJava17() ? null : "Apache Pulsar needs Java 17 (openjdk-17-jre-headless).";
    }

    /// <param name="repository">The folder beside which shared/pulsar lies.</param>
    /// <param name="options">Of its script, such as <c>--set key=value</c>.</param>
    public static async Task<ApachePulsar> StartAsync(string repository, params string[] options)
    {
        var pulsar = new ApachePulsar(ScriptBeside(repository), Directory.CreateTempSubdirectory("pulsar-").FullName, options);
        await pulsar.RunAsync(["start", "--data", pulsar._data, .. pulsar._options]);
        return pulsar;
    }

    /// <summary>No broker: what the brokers of a cluster keep their messages in.</summary>
    /// <param name="repository">The folder beside which shared/pulsar lies.</param>
    /// <param name="zooKeeper">Of two ports, one behind the other, the first.</param>
    internal static async Task<ApachePulsar> StartStoreAsync(string repository, int zooKeeper)
    {
        var store = new ApachePulsar(ScriptBeside(repository), Directory.CreateTempSubdirectory("pulsar-").FullName, []);
        await store.RunAsync(["store", "--data", store._data, "--zookeeper-port", $"{zooKeeper}"]);
        return store;
    }

    /// <summary>A broker of the cluster whose ZooKeeper is on that port.</summary>
    internal static async Task<ApachePulsar> JoinAsync(string repository, int zooKeeper)
    {
        var broker = new ApachePulsar(ScriptBeside(repository), Directory.CreateTempSubdirectory("pulsar-").FullName, ["--join", $"{zooKeeper}"]);
        // Of the second broker the script says that it has failed: it does not expect the cluster to be there. It runs all the same.
        var outcome = await TryRunAsync(broker._script, ["start", "--data", broker._data, .. broker._options], Path.Combine(broker._data, "script.log"));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await broker.GetAsync("namespaces/public") is not { } namespaces || namespaces.GetArrayLength() == 0)
        {
            if (patience.IsCancellationRequested) throw new InvalidOperationException($"pulsar start --join: exit code {outcome}, and no answer.");
            await Task.Delay(200);
        }
        return broker;
    }

    public async Task PublishAsync(PublishRequest request)
    {
        var topic = TopicNames.Full(request.Topic);
        if (_published.TryAdd(topic, default))
            await SendAsync(HttpMethod.Put, $"{PathOf(topic)}/subscription/{Subscription}", new { ledgerId = -1, entryId = -1 }, HttpStatusCode.Conflict);
        await WireProducer.PublishAsync(ServiceUrl, request);
        var count = request.Messages?.Count ?? request.Count;
        _published.AddOrUpdate(topic, default((long, long)), (_, before) =>
            (before.Messages + count, before.Entries + ((count + request.BatchSize - 1) / request.BatchSize)));
    }

    public async Task PartitionAsync(string topic, int count)
    {
        var path = $"{PathOf(TopicNames.Full(topic))}/partitions";
        using var existing = await _admin.GetAsync(path);
        var partitions = existing.IsSuccessStatusCode ? (await existing.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("partitions").GetInt32() : 0;
        await SendAsync(partitions > 0 ? HttpMethod.Post : HttpMethod.Put, path, count);
    }

    public async Task<TopicStatistics> StatisticsAsync(string name)
    {
        var topic = TopicNames.Full(name);
        var parts = new List<JsonElement>();
        if (await GetAsync($"{PathOf(topic)}/stats?getPreciseBacklog=true") is { } stats)
            parts.Add(stats);
        else if (await GetAsync($"{PathOf(topic)}/partitioned-stats?perPartition=true&getPreciseBacklog=true") is { } partitioned)
            parts.AddRange(partitioned.GetProperty("partitions").EnumerateObject().Select(partition => partition.Value));

        var (messages, entries) = _published.GetValueOrDefault(topic);
        var subscriptions = parts.SelectMany(part => part.GetProperty("subscriptions").EnumerateObject()).GroupBy(subscription => subscription.Name)
            .ToDictionary(group => group.Key, group => Sum([.. group.Select(subscription => subscription.Value)], messages, entries));
        return new(messages, (int)entries, parts.Sum(part => part.GetProperty("publishers").GetArrayLength()), subscriptions);
    }

    public Task<IReadOnlyList<StoredMessage>> MessagesAsync(string topic) => WireReader.ReadAsync(ServiceUrl, topic);

    public Task UnloadAsync(string topic) => SendAsync(HttpMethod.Put, $"{PathOf(TopicNames.Full(topic))}/unload");

    public Task ReplayAsync(string topic, string subscription) => SendAsync(HttpMethod.Post, $"{PathOf(TopicNames.Full(topic))}/subscription/{subscription}/resetcursor/1");

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    public Task StopAsync() => RunAsync(["stop", "--data", _data]);

    public Task KillAsync() => RunAsync(["kill", "--data", _data]);

    public Task StartAgainAsync() => RunAsync(["start", "--data", _data, .. _options]);

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        if (!IsOwn)
            return;
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        await KillAsync();
        Directory.Delete(_data, recursive: true);
    }

    public async Task SendAsync(HttpMethod method, string path, object? body = null, HttpStatusCode? also = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        using var response = await _admin.SendAsync(request);
        if (!response.IsSuccessStatusCode && response.StatusCode != also)
            throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    private async Task<JsonElement?> GetAsync(string path)
    {
        try
        {
            using var response = await _admin.GetAsync(path);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : null;
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            return null; // It does not listen yet, or no more.
        }
    }

    // The broker counts entries.
    private static SubscriptionStatistics Sum(IReadOnlyList<JsonElement> parts, long messages, long entries)
    {
        var consumers = parts.SelectMany(part => part.GetProperty("consumers").EnumerateArray()).Select(consumer => new ConsumerStatistics(
            Text(consumer, "consumerName"), Text(consumer, "address"), 0, true, Number(consumer, "availablePermits"), Number(consumer, "unackedMessages"))).ToArray();
        var backlog = parts.Sum(part => Number(part, "msgBacklog"));
        var backlogMessages = entries == 0 ? backlog : backlog * messages / entries;
        return new(Text(parts[0], "type"), backlogMessages, parts.Sum(part => Number(part, "unackedMessages")), parts.Sum(part => Number(part, "msgOutCounter")),
            messages - backlogMessages, 0, 0, consumers);
    }

    private static long Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static string PathOf(string topic) => topic.Replace("://", "/", StringComparison.Ordinal);

    private static string ScriptBeside(string repository) => Path.GetFullPath(Path.Combine(repository, "..", "shared", "pulsar", "pulsar"));

    private static bool HasJava17()
    {
        try
        {
            using var java = Process.Start(new ProcessStartInfo("java", "-version") { RedirectStandardError = true })!;
            var version = java.StandardError.ReadToEnd();
            java.WaitForExit();
            return version.Contains("\"17.", StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private async Task RunAsync(string[] arguments)
    {
        var log = Path.Combine(_data, "script.log");
        if (await TryRunAsync(_script, arguments, log) is var exitCode and not 0)
            throw new InvalidOperationException($"pulsar {arguments[0]} ended with {exitCode}: {await File.ReadAllTextAsync(log)}");
    }

    // The broker it leaves behind inherits the streams: they must not be waited for.
    private static async Task<int> TryRunAsync(string script, string[] arguments, string log)
    {
        using var process = Process.Start("bash", ["-c", """exec "$0" "$@" > "$LOG" 2>&1""".Replace("$LOG", log), script, .. arguments])!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private void KillAtExit(object? sender, EventArgs e) => Process.Start(_script, ["kill", "--data", _data]).WaitForExit();
}
