using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotPulsar;
using DotPulsar.Extensions;

namespace Graceful.Service_1.Tests;

/// <summary>
/// A broker for the tests: the one that PULSAR_SERVICE_URL and PULSAR_ADMIN_URL name, or a container of its own. A topic with a new name
/// for each test keeps the tests apart.
/// </summary>
public sealed class PulsarBroker : IAsyncLifetime
{
    public const string ServiceUrlVariable = "PULSAR_SERVICE_URL";
    private const string AdminUrlVariable = "PULSAR_ADMIN_URL";
    private const string Image = "apachepulsar/pulsar:4.0.13";
    private const int BrokerPort = 6650;
    private const int AdminPort = 8080;

    private IContainer? _container;
    private HttpClient _admin = new();

    public string ServiceUrl { get; private set; } = "";

    public string Topic { get; } = $"persistent://public/default/jobs-{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(ServiceUrlVariable) is { Length: > 0 } given)
        {
            ServiceUrl = given;
            _admin.BaseAddress = new Uri(Environment.GetEnvironmentVariable(AdminUrlVariable) ?? "http://localhost:8080");
            return;
        }

        _container = new ContainerBuilder(Image)
            .WithCommand("bin/pulsar", "standalone", "--no-functions-worker", "--no-stream-storage")
            .WithPortBinding(BrokerPort, assignRandomHostPort: true)
            .WithPortBinding(AdminPort, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(AdminPort).ForPath("/admin/v2/brokers/health")))
            .Build();
        await _container.StartAsync(TestContext.Current.CancellationToken);
        ServiceUrl = $"pulsar://{_container.Hostname}:{_container.GetMappedPublicPort(BrokerPort)}";
        _admin.BaseAddress = new Uri($"http://{_container.Hostname}:{_container.GetMappedPublicPort(AdminPort)}");
    }

    public async Task PublishAsync(int count, string payload)
    {
        await using var client = PulsarClient.Builder().ServiceUrl(new Uri(ServiceUrl)).Build();
        await using var producer = client.NewProducer(Schema.String).Topic(Topic).Create();
        for (var i = 0; i < count; i++) await producer.Send(payload);
    }

    /// <summary>The subscription's statistics, once they satisfy the condition.</summary>
    public async Task<JsonElement> UntilAsync(string subscription, Func<JsonElement, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; ; await Task.Delay(50, patience.Token))
        {
            var path = $"admin/v2/{Topic.Replace("://", "/")}/stats?getPreciseBacklog=true";
            var statistics = await _admin.GetFromJsonAsync<JsonElement>(path, patience.Token);
            if (statistics.GetProperty("subscriptions").TryGetProperty(subscription, out var found) && condition(found)) return found;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        if (_container is not null) await _container.DisposeAsync();
    }
}

/// <summary>A test that needs a broker, and sends a signal.</summary>
internal sealed class BrokerFactAttribute : FactAttribute
{
    public BrokerFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) => Skip =
        OperatingSystem.IsWindows() ? "Windows has no SIGTERM." :
        Environment.GetEnvironmentVariable(PulsarBroker.ServiceUrlVariable) is { Length: > 0 } || HasDocker ? null :
        $"There is no Docker to run a broker in, and {PulsarBroker.ServiceUrlVariable} names none.";

    private static bool HasDocker =>
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } || File.Exists("/var/run/docker.sock");
}
