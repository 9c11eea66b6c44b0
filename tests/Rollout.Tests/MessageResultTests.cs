using Rollout.Load;

namespace Rollout.Tests;

public sealed class MessageResultTests
{
    private static readonly MessageResult None = new(
        Published: 2, InFlightAtSignal: 0, BegunAfterSignal: 0, CutOff: 0, HandledTwice: 0, Lost: 0, Unacknowledged: 0);

    [Fact]
    public void Messages_that_are_handled_once_are_no_fault() =>
        AssertCounts(None, "1 0.0 begin m-0", "1 0.2 end m-0", "2 0.1 begin m-1", "2 0.3 end m-1");

    [Fact]
    public void What_is_begun_before_the_signal_and_ended_after_it_was_in_flight() =>
        AssertCounts(None with { InFlightAtSignal = 1 },
            "1 0.0 begin m-0", "1 0.2 end m-0", "1 0.3 begin m-1", "1 0.4 signal SIGTERM", "1 0.5 end m-1");

    [Fact]
    public void What_is_begun_after_the_signal_is_counted_for_the_worker_that_got_it() =>
        AssertCounts(None with { BegunAfterSignal = 1 },
            "1 0.0 signal SIGTERM", "1 0.1 begin m-0", "1 0.2 end m-0", "2 0.1 begin m-1", "2 0.3 end m-1");

    [Fact]
    public void A_thread_that_lost_the_processor_is_not_late() =>
        AssertCounts(None, "1 0.0 signal SIGTERM", "1 0.02 begin m-0", "1 0.2 end m-0", "2 0.1 begin m-1", "2 0.3 end m-1");

    [Fact]
    public void What_is_begun_and_not_ended_was_cut_off_even_if_another_worker_does_it() =>
        AssertCounts(None with { InFlightAtSignal = 1, CutOff = 1 },
            "1 0.0 begin m-0", "1 0.1 signal SIGTERM", "2 0.2 begin m-0", "2 0.4 end m-0", "2 0.1 begin m-1", "2 0.3 end m-1");

    [Fact]
    public void What_is_ended_twice_was_handled_twice_and_what_never_is_was_lost() =>
        AssertCounts(None with { HandledTwice = 1, Lost = 1 }, "1 0.0 begin m-0", "1 0.2 end m-0", "2 0.3 begin m-0", "2 0.5 end m-0");

    private static void AssertCounts(MessageResult expected, params string[] log) =>
        Assert.Equal(expected, MessageResult.Of([.. log.Select(Entry)], published: 2, unacknowledged: 0));

    private static HandlerEntry Entry(string line)
    {
        var parts = line.Split(' ');
        return new(parts[0], TimeSpan.FromSeconds(double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)), parts[2], parts[3]);
    }
}
