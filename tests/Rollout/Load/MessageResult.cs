namespace Rollout.Load;

/// <summary>What became of the messages of a run.</summary>
/// <param name="InFlightAtSignal">Begun and not ended when the signal came: what the stops had to wait for.</param>
/// <param name="BegunAfterSignal">By the worker that the signal came to.</param>
/// <param name="CutOff">How often a handler was ended before its work was. The message is begun again elsewhere.</param>
/// <param name="HandledTwice">To the end.</param>
/// <param name="Lost">Never handled to the end.</param>
/// <param name="Unacknowledged">After the last wait.</param>
internal sealed record MessageResult(
    int Published, int InFlightAtSignal, int BegunAfterSignal, int CutOff, int HandledTwice, int Lost, long Unacknowledged)
{
    /// <summary>A thread may lose the processor between its look at the token and its line in the log.</summary>
    private static readonly TimeSpan Preemption = TimeSpan.FromSeconds(0.025);

    public int Failed => CutOff + HandledTwice + Lost;

    public static MessageResult Of(IReadOnlyList<HandlerEntry> log, int published, long unacknowledged)
    {
        var signals = log.Where(entry => entry.What == "signal").ToDictionary(entry => entry.Process, entry => entry.At);
        var begun = log.Where(entry => entry.What == "begin").ToList();
        var ended = log.Where(entry => entry.What == "end").ToList();
        var handled = ended.CountBy(entry => entry.Job).ToList();
        return new(published,
            begun.Count(IsBeforeSignal) - ended.Count(IsBeforeSignal),
            begun.Count(entry => signals.TryGetValue(entry.Process, out var signal) && entry.At > signal + Preemption),
            begun.Count - ended.Count,
            handled.Count(job => job.Value > 1),
            published - handled.Count,
            unacknowledged);

        bool IsBeforeSignal(HandlerEntry entry) => signals.TryGetValue(entry.Process, out var signal) && entry.At <= signal;
    }
}
