using PulsarBroker.Control;

namespace GracefulTemplates.Tests.Services;

/// <summary>The tests that a user gets with the templates, on the broker that he names.</summary>
public sealed class WorkerProjectTests
{
    [Theory]
    [InlineData("graceful-pulsar-worker")]
    [InlineData("graceful-service")]
    public async Task Its_own_tests_pass_with_a_broker(string template)
    {
        await using var broker = await BrokerProcess.StartAsync();
        using var sandbox = Sandbox.For($"own-tests-{template}");
        var folder = sandbox.Generate(template, "Shop");
        await DotPulsarPackage.ProvideAsync(sandbox, folder);
        sandbox.Variables["PULSAR_SERVICE_URL"] = broker.ServiceUrl.OriginalString;
        sandbox.Variables["PULSAR_ADMIN_URL"] = broker.Control.Url.OriginalString;

        var output = await sandbox.DotnetAsync(folder, "test", "-warnaserror", "-tl:off", "-nologo");

        Assert.Matches(@"Passed! +- Failed: +0, Passed: +\d\d, Skipped: +0", output);
        sandbox.Passed();
    }
}
