namespace Rollout.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("'--replica' is not an option.", "--replica", "3")]
    [InlineData("--replicas needs a value.", "--replicas")]
    [InlineData("--replicas 'many' must be a whole number from 1 to 20.", "--replicas", "many")]
    [InlineData("--lag 'x' must be a number from 0 to 60.", "--lag", "1,x")]
    [InlineData("--target 'mine' is not one of stock, prestop, recipe, graceful, both, all.", "--target", "mine")]
    [InlineData("control-shell breaks the graceful service, so --target cannot be stock.", "--scenario", "control-shell", "--target", "stock")]
    [InlineData("messages has no --target recipe.", "--scenario", "messages", "--target", "recipe")]
    [InlineData("--svg draws requests, and messages has none.", "--scenario", "messages", "--svg", "x.svg")]
    [InlineData("--broker 'kafka' is not one of test, apache.", "--scenario", "messages", "--broker", "kafka")]
    [InlineData("node-shutdown needs --replicas 2 or more: a pod is replaced only when it has ended.", "--scenario", "node-shutdown", "--replicas", "1")]
    [InlineData("--grace must be at least 16: preStop + delay + 9.", "--prestop", "2", "--grace", "15")]
    public void A_bad_command_line_is_told_in_one_sentence(string message, params string[] args) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Settings.Parse(args)).Message);

    [Fact]
    public void The_targets_are_those_that_the_scenario_has() => Assert.Equal(
        ["stock recipe graceful", "stock graceful", "stock graceful", "graceful"],
        Settings.Parse("--scenario", "rollout,grpc,messages,control-process").Runs.Select(run => string.Join(' ', run.Targets)));

    [Fact]
    public void Every_lag_is_a_proxy()
    {
        Assert.Equal([0.1, 15], Settings.Parse("--lag", "0.1,15").Lags);
        Assert.Equal([2], Settings.Parse("--scenario", "control-no-delay").Lags);
    }
}
