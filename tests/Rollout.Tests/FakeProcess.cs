using Rollout.Model;

namespace Rollout.Tests;

/// <summary>Ends when its request has: from SIGTERM on it waits for it, as a service does. SIGKILL ends it at once.</summary>
internal sealed class FakeProcess(TimeProvider time, TimeSpan request) : IPodProcess
{
    private readonly TaskCompletionSource<int> _exited = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _request = Task.CompletedTask;

    public Task<int> Exited => _exited.Task;
    public int Probes { get; private set; }
    public bool IsHealthy { get; set; } = true;

    public void Start() { }

    /// <summary>From now on.</summary>
    public void BeginRequest() => _request = Task.Delay(request, time);

    public async void Terminate()
    {
        await _stopping.CancelAsync();
        await _request;
        _exited.TrySetResult(0);
    }

    public void Kill() => _exited.TrySetResult(137);

    public Task<bool> AnswersAsync(Probe probe)
    {
        Probes++;
        return Task.FromResult(IsHealthy);
    }

    public ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken) =>
        Exited.IsCompleted || _stopping.IsCancellationRequested
            ? throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused)
            : ValueTask.FromResult(Stream.Null);

    public void Dispose() => _stopping.Dispose();
}
