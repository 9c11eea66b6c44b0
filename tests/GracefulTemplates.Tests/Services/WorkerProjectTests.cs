using System.Collections.Concurrent;
using PulsarBroker.Control;

namespace GracefulTemplates.Tests.Services;

/// <summary>The tests that a user gets with the templates, on the broker that he names.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerProjectTests
{
    /// <summary>By template, for all brokers.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<Task<(Sandbox, string)>>> Builds = [];

    [Theory]
    [OnBrokers("graceful-pulsar-worker")]
    [OnBrokers("graceful-service")]
    public async Task Its_own_tests_pass_with_a_broker(BrokerKind kind, string template)
    {
        // WorkerTests alone talk to the broker: the others pass or fail with the one as with the other.
        var (filter, count) = kind == BrokerKind.Apache ? ((string[])["--filter", "WorkerTests"], "1") : ([], @"\d\d");
        await using var own = kind == BrokerKind.Test ? await BrokerProcess.StartAsync() : null;
        var apache = kind == BrokerKind.Apache ? await Brokers.ApacheAsync() : null;
        var (sandbox, folder) = await Builds.GetOrAdd(template, _ => new(() => BuildAsync(template))).Value;
        sandbox.Variables["PULSAR_SERVICE_URL"] = (own?.ServiceUrl ?? apache!.ServiceUrl).OriginalString;
        sandbox.Variables["PULSAR_ADMIN_URL"] = (own?.Control.Url ?? apache!.Admin.BaseAddress!).GetLeftPart(UriPartial.Authority);

        var output = await sandbox.DotnetAsync(folder, ["test", "--no-build", "-tl:off", "-nologo", .. filter]);

        Assert.Matches($@"Passed! +- Failed: +0, Passed: +{count}, Skipped: +0", output);
    }

    // As its README says it: the sample goes, and one test with it.
    [Fact]
    public async Task It_builds_with_a_handler_in_place_of_the_sample()
    {
        using var sandbox = Sandbox.For("without-jobs");
        var folder = sandbox.Generate("graceful-pulsar-worker", "Shop");
        await DotPulsarPackage.ProvideAsync(sandbox, folder);
        var project = Path.Combine(folder, "src", "Shop");
        Directory.Delete(Path.Combine(project, "Jobs"), recursive: true);
        File.Delete(Path.Combine(folder, "tests", "Shop.Tests", "JobMessageTests.cs"));
        File.WriteAllText(Path.Combine(project, "OrderHandler.cs"), """
            using System.Buffers;
            using DotPulsar.Abstractions;
            using Shop.Messaging;

            internal sealed class OrderHandler : IMessageHandler
            {
                public Task HandleAsync(IMessage<ReadOnlySequence<byte>> message, CancellationToken cancellationToken) => Task.CompletedTask;
            }
            """);
        var program = Path.Combine(project, "Program.cs");
        File.WriteAllLines(program, File.ReadAllLines(program)
            .Where(line => !line.Contains("Shop.Jobs") && !line.Contains("JobRunner")).Select(line => line.Replace("JobHandler", "OrderHandler")));

        await sandbox.BuildAsync(folder);

        sandbox.Passed();
    }

    private static async Task<(Sandbox, string)> BuildAsync(string template)
    {
        var sandbox = Sandbox.For($"own-tests-{template}");
        var folder = sandbox.Generate(template, "Shop");
        await DotPulsarPackage.ProvideAsync(sandbox, folder);
        await sandbox.BuildStrictlyAsync(folder); // Both templates, once; those without Pulsar are in GeneratedProjectTests.
        return (sandbox, folder);
    }
}
