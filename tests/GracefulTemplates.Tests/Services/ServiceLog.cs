namespace GracefulTemplates.Tests.Services;

/// <summary>What a service has printed so far; a test waits for what it is to print next.</summary>
public sealed class ServiceLog
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];
    private TaskCompletionSource _changed = Signal();
    private bool _ended;

    public IReadOnlyList<LogEntry> Entries { get { lock (_gate) return [.. _entries]; } }

    /// <summary>The entries with this event id.</summary>
    public IReadOnlyList<LogEntry> Of(int eventId) => [.. Entries.Where(entry => entry.EventId == eventId)];

    /// <summary>The entries in which the text stands, except for the report, which repeats all that counts.</summary>
    public IReadOnlyList<LogEntry> Saying(string text) =>
        [.. Entries.Where(entry => entry.EventId != LogEntry.Report && entry.Says(text))];

    public async Task<LogEntry> UntilAsync(string what, Func<LogEntry, bool> match, TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? ServiceProcess.Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_entries.FirstOrDefault(match) is { } found)
                    return found;
                Assert.False(_ended, $"The service has ended without: {what}");
                changed = _changed.Task;
            }
            await changed.WaitAsync(patience.Token);
        }
    }

    public Task<LogEntry> UntilAsync(int eventId) => UntilAsync($"event {eventId}", entry => entry.EventId == eventId);

    /// <summary>Waits for a line of the lab, see Lab/LabStartup.cs.</summary>
    public Task<LogEntry> UntilLabSaysAsync(string what, int times = 1)
    {
        return UntilAsync($"{times} x lab: {what}", entry => IsIt(entry) && (times == 1 || Entries.Count(IsIt) >= times));

        bool IsIt(LogEntry entry) => entry.Line == $"lab: {what}";
    }

    /// <summary>Waits until that many jobs have begun.</summary>
    public Task UntilBegunAsync(int jobs = 1) =>
        UntilAsync($"{jobs} jobs begun", entry => entry.EventId == LogEntry.JobBegun && Of(LogEntry.JobBegun).Count >= jobs);

    internal void Add(LogEntry entry) => Change(() => _entries.Add(entry));

    internal void End() => Change(() => _ended = true);

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, Signal());
        }
        changed.SetResult();
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
