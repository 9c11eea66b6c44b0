using Rollout.Model;

namespace Rollout.Tests;

public sealed class RollingUpdateTests
{
    [Theory]
    [InlineData(3, "1", "0", 1, 0)]
    [InlineData(3, "25%", "25%", 1, 0)] // Surge is rounded up, unavailable down.
    [InlineData(4, "25%", "25%", 1, 1)]
    [InlineData(10, "25%", "25%", 3, 2)]
    [InlineData(2, "0", "0%", 0, 1)] // Both nothing: one may be missing.
    [InlineData(5, "0", "2", 0, 2)]
    public void The_first_step_uses_what_surge_and_unavailable_allow(int replicas, string surge, string unavailable, int create, int delete)
    {
        var update = new RollingUpdate(replicas, new IntOrPercent(surge), new IntOrPercent(unavailable));
        var old = new PodCount(replicas, replicas);

        Assert.Equal(create, update.ToCreate(old, default));
        Assert.Equal(delete, update.ToDelete(old, new PodCount(create, 0)));
    }

    [Theory]
    [InlineData(2, "1", "0")]
    [InlineData(3, "1", "0")]
    [InlineData(4, "25%", "25%")]
    [InlineData(10, "3", "2")]
    [InlineData(3, "0", "1")]
    public void A_rollout_stays_within_its_bounds_and_ends(int replicas, string surge, string unavailable)
    {
        var update = new RollingUpdate(replicas, new IntOrPercent(surge), new IntOrPercent(unavailable));
        var (old, created, available) = (replicas, 0, 0);
        var most = replicas + new IntOrPercent(surge).Of(replicas, roundUp: true);
        var least = replicas - new IntOrPercent(unavailable).Of(replicas, roundUp: false);

        for (var step = 0; old > 0 || available < replicas; step++)
        {
            Assert.InRange(step, 0, 100);
            created += update.ToCreate(new PodCount(old, old), new PodCount(created, available));
            old -= update.ToDelete(new PodCount(old, old), new PodCount(created, available));
            Assert.True(old + created <= most, $"step {step}: {old} old and {created} new pods");
            Assert.True(old + available >= least, $"step {step}: {old} old and {available} new pods are available");
            if (available < created) available++;
        }
    }

    [Fact]
    public void A_pod_that_drains_does_not_hold_up_the_next_step()
    {
        var update = new RollingUpdate(3, new IntOrPercent("1"), new IntOrPercent("0"));

        // Three old pods, one was deleted and drains, so two are left; the new one is available.
        Assert.Equal(1, update.ToCreate(new PodCount(2, 2), new PodCount(1, 1)));
    }
}
