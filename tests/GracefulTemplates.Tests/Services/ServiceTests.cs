using System.Globalization;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>What tests of a service as a process have in common.</summary>
public abstract class ServiceTests(ServiceFixture fixture, ITestOutputHelper output)
{
    protected ITestOutputHelper Output => output;

    protected ServiceProcess Start(ServiceStart start) => new(fixture.Assembly, start, output);

    protected async Task<ServiceProcess> StartReadyAsync(ServiceStart start)
    {
        var service = Start(start);
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

    /// <summary>A service with short times, so that a test is short too.</summary>
    protected Task<ServiceProcess> StartReadyAsync(double delay, double drain = 10, double flush = 3, string lab = "") =>
        StartReadyAsync(new ServiceStart { Settings = Budget(delay, drain, flush), Lab = lab });

    internal static (string, string)[] Budget(double delay, double drain = 10, double flush = 3) =>
        [("Shutdown:DelaySeconds", Text(delay)), ("Shutdown:DrainSeconds", Text(drain)), ("Shutdown:FlushSeconds", Text(flush))];

    private static string Text(double seconds) => seconds.ToString(CultureInfo.InvariantCulture);
}
