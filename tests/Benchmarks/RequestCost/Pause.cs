using System.Runtime.CompilerServices;

namespace Benchmarks.RequestCost;

/// <summary>Something to await that ends on the same thread when told to: asynchronous, without the noise of the thread pool.</summary>
internal sealed class Pause : INotifyCompletion
{
    private Action? _continuation;

    public bool IsCompleted => false;
    public Pause GetAwaiter() => this;
    public void GetResult() { }
    public void OnCompleted(Action continuation) => _continuation = continuation;

    public void End()
    {
        var continuation = _continuation;
        _continuation = null;
        continuation?.Invoke();
    }
}
