namespace Rollout.Model;

/// <summary>The two ports of a service without TLS, where nothing negotiates the protocol.</summary>
internal enum Protocol { Http1, Http2 }

/// <summary>What runs in a pod.</summary>
internal interface IPodProcess : IDisposable
{
    /// <summary>Its exit code, as soon as there is one; 128 + signal if a signal ended it.</summary>
    Task<int> Exited { get; }

    void Start();
    void Terminate();
    void Kill();

    /// <summary>Asks once, on a connection of its own.</summary>
    Task<bool> AnswersAsync(Probe probe);

    ValueTask<Stream> ConnectAsync(Protocol protocol, CancellationToken cancellationToken);
}
