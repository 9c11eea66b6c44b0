using System.Runtime.InteropServices;

/// <summary>The idea of Microsoft's Kubernetes sample: the host is told to stop some seconds after the signal.</summary>
public sealed class DelayedLifetime(IHostApplicationLifetime application, IConfiguration configuration) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _ = StopLaterAsync();
    }

    private async Task StopLaterAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(configuration.GetValue<double>("Shutdown:DelaySeconds")));
        application.StopApplication();
    }
}
