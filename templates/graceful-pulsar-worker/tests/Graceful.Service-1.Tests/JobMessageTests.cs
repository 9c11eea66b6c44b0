using System.Buffers;
using System.Text;
using Graceful.Service_1.Jobs;
using Graceful.Service_1.Messaging;

namespace Graceful.Service_1.Tests;

public sealed class JobMessageTests
{
    [Fact]
    public void A_message_is_a_job_as_json() =>
        Assert.Equal(new JobMessage("x", 0.2), Parse("""{"name":"x","seconds":0.2}"""));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("""{"seconds":1}""")]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"name":"","seconds":1}""")]
    [InlineData("""{"name":"x","seconds":601}""")]
    public void What_can_never_be_handled_is_poison(string payload) =>
        Assert.Throws<PoisonMessageException>(() => Parse(payload));

    private static JobMessage Parse(string payload) => JobMessage.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(payload)));
}
