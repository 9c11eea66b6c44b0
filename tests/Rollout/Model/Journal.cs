using System.Collections.Concurrent;

namespace Rollout.Model;

internal enum PodEvent { Created, Ready, NotReady, Deleted, NodeShutdown, LivenessKill, SigTerm, SigKill, Exited, EndpointNotReady, EndpointRemoved }

internal sealed record JournalEntry(TimeSpan At, string Pod, PodEvent Event, int? ExitCode = null);

/// <summary>What happened to the pods, and when; the clock of a whole run.</summary>
internal sealed class Journal(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly ConcurrentQueue<JournalEntry> _entries = new();

    public TimeSpan Now => time.GetElapsedTime(_start);

    public IReadOnlyList<JournalEntry> Entries => [.. _entries];

    public void Add(string pod, PodEvent what, int? exitCode = null) => _entries.Enqueue(new JournalEntry(Now, pod, what, exitCode));

    public TimeSpan? At(string pod, PodEvent what) => _entries.FirstOrDefault(entry => entry.Pod == pod && entry.Event == what)?.At;
}
