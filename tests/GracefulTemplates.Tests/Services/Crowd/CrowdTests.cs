using GracefulTemplates.Sandboxes;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services.Crowd;

/// <summary>What tests of a service with a crowd on top have in common. Their classes run beside each other, for they mostly wait.</summary>
public abstract class CrowdTests(ITestOutputHelper output)
{
    /// <summary>Where stock is right, ours has to be at least as good.</summary>
    public static TheoryData<Make> Both => new(Make.Stock, Make.Graceful);

    protected ITestOutputHelper Output => output;

    protected async Task<ServiceProcess> StartAsync(Make make, ServiceStart start) => new(await CrowdFixture.AssemblyAsync(make), start, output);

    /// <summary>A service with short times, so that a test is short too.</summary>
    protected Task<ServiceProcess> StartReadyAsync(Make make, string parts, double delay = 0.3, double drain = 10, double flush = 3) =>
        StartReadyAsync(make, new ServiceStart { Lab = parts }, delay, drain, flush);

    protected async Task<ServiceProcess> StartReadyAsync(Make make, ServiceStart start, double delay = 0.3, double drain = 10, double flush = 3)
    {
        var service = await StartAsync(make, start with { Settings = [.. ServiceTests.Budget(delay, drain, flush), .. start.Settings] });
        try
        {
            await service.UntilReadyAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync(); // Prints its log.
            throw;
        }
    }

    /// <summary>Starts it by a command that does not take the service's .dll for itself. The service does not know what to do with it either.</summary>
    protected static ServiceStart Executable(params string[] command)
    {
        var port = FreePort.Next();
        return new ServiceStart { StartedBy = command, Port = port, Settings = [("ASPNETCORE_URLS", $"http://127.0.0.1:{port}")] };
    }

    /// <summary>Sends a request that waits at the gate and does something when that opens.</summary>
    protected static async Task<Task<HttpResponseMessage>> BeginAsync(ServiceProcess service, string deed)
    {
        var answer = service.Client.PostAsync($"/crowd/at-gate/{deed}", null);
        await service.Log.UntilLabSaysAsync("at the gate");
        return answer;
    }

    protected static async Task<string> TextAsync(Task<HttpResponseMessage> answer)
    {
        using var response = await answer;
        return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
    }
}

internal static class CrowdEndings
{
    /// <summary>Asserts that everything was finished, and for ours that the report says so.</summary>
    public static Ending IsDrained(this Ending ending, Make make)
    {
        Assert.Equal(0, ending.ExitCode);
        return make == Make.Stock ? ending : ending.Is(0, "drained").SaidSo();
    }

    /// <summary>Asserts that nothing has held it up to its deadline of 10 s. Stock has no report.</summary>
    public static Ending Soon(this Ending ending) => ending.ReportText.Length > 0 ? ending.Took(atMost: 8) : ending;

    /// <summary>What the lab has said that begins so, without the beginning, in its order.</summary>
    public static string[] LabSaid(this ServiceLog log, string beginning) =>
        [.. log.Entries.Select(entry => entry.Line).Where(line => line.StartsWith($"lab: {beginning}", StringComparison.Ordinal)).Select(line => line[$"lab: {beginning}".Length..])];
}

/// <summary>Each of the cases with stock and with ours.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CombinatorialOfBothAttribute(params object[] cases) : Xunit.Sdk.DataAttribute
{
    public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
        from value in cases from make in Enum.GetValues<Make>() select (object[])[make, value];
}
