namespace Graceful.Service_1.Health;

/// <summary>Says at the start which endpoints of the application nobody reaches, because <c>AddHealth</c> answers their paths in front of everything.</summary>
internal sealed partial class HiddenEndpoints(EndpointDataSource endpoints, IHostApplicationLifetime lifetime, ILogger<HiddenEndpoints> logger)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Tell); // By then all are mapped.
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Tell()
    {
        foreach (var endpoint in endpoints.Endpoints.OfType<RouteEndpoint>())
            if (HealthEndpoints.IsProbe($"/{endpoint.RoutePattern.RawText?.Trim('/')}")) LogHidden(endpoint.RoutePattern.RawText);
    }

    [LoggerMessage(204, LogLevel.Warning, "AddHealth answers {Path}, and nobody reaches what the application maps there: map that elsewhere, or give its health " +
        "checks the tag 'ready'", EventName = "EndpointHidden")]
    private partial void LogHidden(string? path);
}
