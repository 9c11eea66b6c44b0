using Rollout.Load;
using Rollout.Targets;

namespace Rollout.Tests;

public sealed class PromiseTests
{
    private static readonly SeriesResult Kept = new("POST", 100, Failed: 0, LostToGoAway: 0, HasGoAway: false, LongestBefore: 0.2, LongestDuring: 1.1, []);
    private static readonly MessageResult Handled = new(
        Published: 100, InFlightAtSignal: 12, BegunAfterSignal: 0, CutOff: 0, HandledTwice: 0, Lost: 0, Unacknowledged: 0);
    private static readonly Target Graceful = new("graceful", "", "", FakeCluster.Deployment(45, 5), IsGraceful: true);
    private static readonly PodResult Stopped = new("pod-1", 0, 1, 2, 3, 4, ExitCode: 0, WasKilled: false);

    [Fact]
    public void It_is_kept_when_nothing_is_lost_late_or_killed() => Assert.Empty(BrokenBy(Kept, Stopped));

    [Fact]
    public void A_failed_request_breaks_it() =>
        Assert.Equal(["POST: 2 of 100 failed, 2 x refused from +1.5 s"], BrokenBy(Kept with { Failed = 2, Failures = [new Failure("refused", 2, 6.5)] }, Stopped));

    [Fact]
    public void An_answer_that_is_a_second_later_than_any_before_breaks_it() =>
        Assert.Equal(["POST: an answer took 1.3 s, before at most 0.2"], BrokenBy(Kept with { LongestDuring = 1.3 }, Stopped));

    [Fact]
    public void A_load_that_made_no_request_proves_nothing() => Assert.Equal(["POST: no request was made"], BrokenBy(Kept with { Requests = 0 }, Stopped));

    [Theory]
    [InlineData(137, true, "pod-1 was killed with exit code 137")]
    [InlineData(2, false, "pod-1 ended with exit code 2")]
    public void An_exit_code_other_than_0_breaks_it(int exitCode, bool wasKilled, string sentence) =>
        Assert.Equal([sentence], BrokenBy(Kept, Stopped with { ExitCode = exitCode, WasKilled = wasKilled }));

    [Fact]
    public void HttpClients_own_race_may_cost_one_request_for_each_pod_and_only_with_HTTP2()
    {
        Assert.Empty(BrokenBy(Kept with { Failed = 1, LostToGoAway = 1, HasGoAway = true }, Stopped));
        Assert.Single(BrokenBy(Kept with { Failed = 2, LostToGoAway = 2, HasGoAway = true }, Stopped));
        Assert.Single(BrokenBy(Kept with { Failed = 1, LostToGoAway = 1, HasGoAway = false }, Stopped));
    }

    [Fact]
    public void Messages_keep_it_when_each_is_handled_once() => Assert.Empty(BrokenBy(Handled));

    [Fact]
    public void A_message_that_is_begun_after_the_signal_and_handled_does_not_break_it() => Assert.Empty(BrokenBy(Handled with { BegunAfterSignal = 3 }));

    [Fact]
    public void Each_fault_of_messages_breaks_it() => Assert.Equal(
        ["messages: 1 of 100 lost", "messages: 2 of 100 handled twice", "messages: 3 of 100 cut off", "messages: 4 of 100 not acknowledged"],
        BrokenBy(Handled with { Lost = 1, HandledTwice = 2, CutOff = 3, Unacknowledged = 4 }));

    [Fact]
    public void Workers_that_were_idle_at_the_signal_prove_nothing() =>
        Assert.Equal(["messages: none was in flight when a worker was told to stop"], BrokenBy(Handled with { InFlightAtSignal = 0 }));

    private static IReadOnlyList<string> BrokenBy(SeriesResult series, PodResult pod) =>
        Promise.BrokenBy(new TargetResult(Graceful, 5, 60, [series], [pod], []));

    private static IReadOnlyList<string> BrokenBy(MessageResult messages) =>
        Promise.BrokenBy(new TargetResult(Graceful, 5, 60, [], [Stopped], [], messages));
}
