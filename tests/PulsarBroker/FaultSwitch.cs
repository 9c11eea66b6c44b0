using PulsarBroker.Control;
using PulsarBroker.Protocol;

namespace PulsarBroker;

/// <summary>The current faults, and the gate that holds connections while the broker hangs.</summary>
internal sealed class FaultSwitch
{
    private volatile TaskCompletionSource? _hanging;

    public Faults Current { get; private set; } = new();

    public void Set(Faults faults)
    {
        Current = faults;
        if (faults.Hang)
        {
            _hanging ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return;
        }
        var ended = _hanging;
        _hanging = null;
        ended?.TrySetResult();
    }

    /// <summary>Completes at once unless the broker hangs.</summary>
    public Task NotHangingAsync(CancellationToken cancellationToken) => _hanging?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The fault of a topic among faults by topic.</summary>
    public static ServerError? For(IReadOnlyDictionary<string, ServerError> faults, string topic) =>
        faults.Where(f => TopicName.Full(f.Key) == topic).Select(f => (ServerError?)f.Value).FirstOrDefault();
}
