using DotPulsar;

namespace PulsarBroker.Tests;

public sealed class MessageIdTests
{
    [Theory]
    [InlineData("1:2:-1:-1", "")]
    [InlineData("1:2:3:4:persistent://public/default/t-partition-3", "persistent://public/default/t-partition-3")]
    public void An_id_is_read_as_it_is_written(string text, string topic)
    {
        Assert.True(MessageId.TryParse(text, out var id));
        Assert.Equal((text, topic), (id.ToString(), id.Topic));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1:2:")]
    [InlineData("a:2:3:4")]
    public void What_is_no_id_is_not_read(string text) => Assert.False(MessageId.TryParse(text, out _));

    [Fact]
    public void Ids_are_ordered_by_place()
    {
        MessageId[] ordered = [new(1, 5, -1, -1), new(2, 0, -1, 0), new(2, 0, -1, 1), new(2, 1, -1, -1)];

        Assert.Equal(ordered, ordered.Reverse().Order());
        Assert.True(ordered[0] < ordered[1] && ordered[3] >= ordered[2] && ordered[1] != ordered[2]);
        Assert.Equal(new MessageId(1, 5, -1, -1), ordered[0]);
        Assert.NotEqual(new MessageId(1, 5, -1, -1, "t"), ordered[0]);
    }
}
