namespace GracefulTemplates.Tests.Services;

/// <summary>What became of the messages <c>m-0</c> to <c>m-N</c>, counted in the handlers' journal.</summary>
public sealed class MessageTally
{
    /// <summary>A thread may lose the processor between its look at the token and the line in the journal.</summary>
    private static readonly TimeSpan Preemption = TimeSpan.FromSeconds(0.025);

    private readonly string _summary;

    public MessageTally(Journal journal, int published)
    {
        var lines = journal.Lines.Where(line => line.What == "signal" || line.Name.StartsWith("m-", StringComparison.Ordinal)).ToArray();
        var signals = lines.Where(line => line.What == "signal").ToDictionary(line => line.Process, line => line.At);
        var begun = lines.Where(line => line.What == "begin").ToLookup(line => line.Name);
        var ended = lines.Where(line => line.What == "end").ToLookup(line => line.Name);
        Lost = [.. Enumerable.Range(0, published).Select(n => $"m-{n}").Where(name => !ended.Contains(name))];
        HandledTwice = [.. ended.Where(message => message.Count() > 1).Select(message => message.Key)];
        BegunTwice = [.. begun.Where(message => message.Count() > 1).Select(message => message.Key)];
        BegunAfterSignal = [.. begun.SelectMany(message => message).Where(line => IsAfterSignal(line, Preemption)).Select(line => $"{line}")];
        EndedAfterSignal = ended.SelectMany(message => message).Count(line => IsAfterSignal(line, TimeSpan.Zero));
        _summary = $"{published} messages, {signals.Count} signals: {Lost.Count} lost, {HandledTwice.Count} handled twice, {BegunTwice.Count} begun twice, "
            + $"{BegunAfterSignal.Count} begun after the signal, {EndedAfterSignal} ended after it"
            + string.Concat(HandledTwice.Take(3).Select(name => $"\n{name}: {string.Join("; ", lines.Where(line => line.Name == name))}"))
            + (HandledTwice.Count > 3 ? $"\n{HandledTwice[^1]}: {string.Join("; ", lines.Where(line => line.Name == HandledTwice[^1]))}" : "");

        bool IsAfterSignal(JournalLine line, TimeSpan grace) => signals.TryGetValue(line.Process, out var signal) && line.At > signal + grace;
    }

    public IReadOnlyList<string> Lost { get; }
    public IReadOnlyList<string> HandledTwice { get; }
    public IReadOnlyList<string> BegunTwice { get; }
    public IReadOnlyList<string> BegunAfterSignal { get; }

    /// <summary>The work that the stops had to wait for; none of it means that they were not under load.</summary>
    public int EndedAfterSignal { get; }

    public MessageTally NoneLost() => Assert(Lost);
    public MessageTally NoneTwice() => Assert(BegunTwice).Assert(HandledTwice);
    public MessageTally NoneBegunAfterSignal() => Assert(BegunAfterSignal);

    public override string ToString() => _summary;

    private MessageTally Assert(IReadOnlyList<string> none)
    {
        Xunit.Assert.True(none.Count == 0, $"{_summary}: {string.Join(", ", none.Take(20))}");
        return this;
    }
}
