using System.Collections.Concurrent;

namespace GracefulTemplates.Tests.Services.Load;

/// <summary>What became of the requests of a load, with an example of each failure.</summary>
internal sealed class LoadCount
{
    private readonly ConcurrentDictionary<string, (int Count, string Example)> _failures = [];
    private long _done;

    public long Done => Volatile.Read(ref _done);
    public int Failed => _failures.Values.Sum(failure => failure.Count);

    /// <summary>One more, however it ended.</summary>
    public void Add() => Interlocked.Increment(ref _done);

    public void AddFailure(string failure, string message) => _failures.AddOrUpdate(failure,
        (1, $"{DateTime.Now:HH:mm:ss.fff} {message}"), (_, before) => (before.Count + 1, before.Example));

    public override string ToString() =>
        $"{Failed} failed of {Done:N0}" + string.Concat(_failures.Select(failure => $"\n  {failure.Value.Count} x {failure.Key}, e.g. {failure.Value.Example}"));
}
