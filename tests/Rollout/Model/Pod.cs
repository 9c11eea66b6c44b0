using System.Runtime.CompilerServices;

namespace Rollout.Model;

/// <summary>A pod with its kubelet: probes, preStop, SIGTERM and SIGKILL at the times a real one has them.</summary>
/// <remarks><code>
/// t0                          deleted: the endpoint changes and preStop begins, and neither waits for the other
/// t0 + preStop                SIGTERM; readiness is still asked
/// max(t0 + grace, SIGTERM+2)  SIGKILL, if it still runs
/// exit, + 0.2 s               connections are refused as long as the pod's network is there, then nobody answers at all
/// </code>Measured on Kubernetes 1.36.2.</remarks>
internal sealed class Pod(string name, Deployment deployment, IPodProcess process, TimeProvider time, Journal journal)
{
    private static readonly ConditionalWeakTable<Stream, Pod> Connections = [];

    private static readonly TimeSpan MinGraceAfterSigTerm = TimeSpan.FromSeconds(2); // minimumGracePeriodInSeconds of the kubelet.
    private static readonly TimeSpan NetworkOutlivesProcess = TimeSpan.FromSeconds(0.2);

    private readonly CancellationTokenSource _stopProbes = new();
    private long _readySince;
    private long _exitedAt;

    public string Name => name;
    public bool IsReady { get; private set; }
    public bool IsTerminating { get; private set; }
    public bool HasExited => process.Exited.IsCompleted;
    public int? ExitCode => HasExited ? process.Exited.Result : null;

    /// <summary>Whether it counts in a rollout: ready for minReadySeconds.</summary>
    public bool IsAvailable => IsReady && time.GetElapsedTime(_readySince).TotalSeconds >= deployment.MinReadySeconds;

    /// <summary>Something that its endpoint depends on.</summary>
    public event Action? Changed;

    /// <summary>The pod at the other end of a client's connection; null when something stands between them.</summary>
    public static Pod? Behind(Stream connection) => Connections.TryGetValue(connection, out var pod) ? pod : null;

    /// <summary>From the start of the process to its end.</summary>
    public async Task RunAsync()
    {
        journal.Add(name, PodEvent.Created);
        process.Start();
        var probes = ProbeAsync();
        var exitCode = await process.Exited;
        _exitedAt = time.GetTimestamp();
        await _stopProbes.CancelAsync();
        await probes;
        journal.Add(name, PodEvent.Exited, exitCode);
        IsReady = false;
        Changed?.Invoke();
    }

    /// <summary>A rollout, scale-in or eviction.</summary>
    public Task DeleteAsync()
    {
        journal.Add(name, PodEvent.Deleted);
        IsTerminating = true;
        Changed?.Invoke();
        return StopAsync();
    }

    /// <summary>Graceful node shutdown: the API server is not told, and nobody asks for readiness any more.</summary>
    public async Task ShutDownWithNodeAsync()
    {
        journal.Add(name, PodEvent.NodeShutdown);
        await _stopProbes.CancelAsync();
        await StopAsync();
    }

    /// <summary>A restart by the kubelet: the pod is not terminating, and its endpoint stays as ready as its readiness probe says.</summary>
    public Task KillForLivenessAsync()
    {
        journal.Add(name, PodEvent.LivenessKill);
        return StopAsync();
    }

    public Task<bool> AnswersAsync(Probe probe) => probe == Probe.None ? Task.FromResult(true) : process.AnswersAsync(probe);

    /// <summary>As the network does it: there is the process, or a refusal, or no answer for ever.</summary>
    public async ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken)
    {
        if (_exitedAt != 0 && time.GetElapsedTime(_exitedAt) > NetworkOutlivesProcess)
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        var stream = await process.ConnectAsync(protocol, cancellationToken);
        Connections.Add(stream, this);
        return stream;
    }

    private async Task StopAsync()
    {
        var preStop = TimeSpan.FromSeconds(deployment.PreStopSeconds);
        if (preStop > TimeSpan.Zero) await Task.WhenAny(process.Exited, Task.Delay(preStop, time));
        journal.Add(name, PodEvent.SigTerm);
        process.Terminate();

        var left = TimeSpan.FromSeconds(deployment.GraceSeconds) - preStop;
        var patience = Task.Delay(left > MinGraceAfterSigTerm ? left : MinGraceAfterSigTerm, time);
        if (await Task.WhenAny(process.Exited, patience) == process.Exited) return;
        journal.Add(name, PodEvent.SigKill);
        process.Kill();
        await process.Exited;
    }

    private async Task ProbeAsync()
    {
        while (!HasExited && !await AnswersAsync(deployment.Startup)) await WaitAsync(deployment.Startup);
        for (var failures = 0; !_stopProbes.IsCancellationRequested; await WaitAsync(deployment.Readiness))
        {
            failures = await AnswersAsync(deployment.Readiness) ? 0 : failures + 1;
            if (failures == 0) SetReady(true);
            else if (failures >= deployment.Readiness.FailureThreshold) SetReady(false);
        }
    }

    private async Task WaitAsync(Probe probe) => await Task.Delay(TimeSpan.FromSeconds(probe.PeriodSeconds), time, _stopProbes.Token)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void SetReady(bool ready)
    {
        if (IsReady == ready || HasExited) return;
        if (ready) _readySince = time.GetTimestamp();
        IsReady = ready;
        journal.Add(name, ready ? PodEvent.Ready : PodEvent.NotReady);
        Changed?.Invoke();
    }
}
