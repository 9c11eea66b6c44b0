using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class WorkerConfigurationTests(WorkerFixture fixture, ITestOutputHelper output) : PulsarTests(fixture, output), IClassFixture<WorkerFixture>
{
    [Theory]
    [InlineData("ServiceUrl", "http://localhost:8080", "must begin with pulsar:// or pulsar+ssl://")]
    [InlineData("ServiceUrl", "", "ServiceUrl")]
    [InlineData("Topic", "", "The Topic field is required")]
    [InlineData("Subscription", "", "The Subscription field is required")]
    [InlineData("SubscriptionType", "Sharde", "Pulsar:SubscriptionType")]
    [InlineData("SubscriptionType", "7", "must be one of Exclusive, Shared, Failover, KeyShared")]
    [InlineData("Handlers", "0", "The field Handlers must be between 1 and 10000")]
    [InlineData("Handlers", "many", "Pulsar:Handlers")]
    [InlineData("MaxRetrySeconds", "0.5", "must be at least RetrySeconds 1")]
    [InlineData("TokenFile", "/no/such/file", "'/no/such/file'")]
    [InlineData("TlsKeyFile", "/etc/hostname", "go together")]
    public async Task A_mistake_is_refused_with_one_message(string key, string value, string reason)
    {
        await using var worker = Start(Consumer(settings: ($"Pulsar:{key}", value)));

        var ending = (await worker.EndAsync()).Is(1, "failed").SaidSo();

        Assert.Contains(reason, ending.Error);
        Assert.Single(worker.Log.Entries, entry => entry.EventId != LogEntry.Report && entry.Line.Contains(ending.Error[..20], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_topic_is_refused()
    {
        await using var worker = Start(Consumer() with { Lab = "second-topic" });

        Assert.Contains("AddMessaging was called twice", (await worker.EndAsync()).Is(1, "failed").Error);
    }
}
