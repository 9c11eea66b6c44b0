using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Control.Wire;

/// <summary>Looks at what lies in a topic, without a trace.</summary>
public static class WireReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>All messages; none if there is no such topic.</summary>
    public static async Task<IReadOnlyList<StoredMessage>> ReadAsync(Uri url, string name)
    {
        await using var connection = await WireConnection.OpenAsync(url);
        var topic = TopicNames.Full(name);
        try
        {
            await connection.LookUpAsync(topic);
            await connection.AskAsync(request => new()
            {
                Kind = Kind.Subscribe,
                Subscribe = new()
                {
                    Topic = topic, Subscription = $"look-{Guid.NewGuid():N}", Type = Subscribe.Types.Type.Exclusive, ConsumerId = 1, RequestId = request,
                    ConsumerName = "look", Durable = false, CreateTopic = false, InitialPosition = Subscribe.Types.Position.Earliest,
                    Start = new() { Ledger = ulong.MaxValue, Entry = ulong.MaxValue }, // MessageId.Earliest
                },
            });
        }
        catch (WireException e) when (e.Error is ServerError.TopicNotFound or ServerError.SubscriptionNotFound)
        {
            return [];
        }
        var last = (await connection.AskAsync(request => new() { Kind = Kind.LastId, LastId = new() { ConsumerId = 1, RequestId = request } })).LastIdResponse.Id;
        if (last.Entry == ulong.MaxValue)
            return [];

        var messages = new List<StoredMessage>();
        await connection.WriteAsync(Commands.Flow(1, 100_000));
        while (true)
        {
            var frame = await connection.Frames.ReadAsync().AsTask().WaitAsync(Patience);
            if (frame.Command.Kind != Kind.Message)
                continue;
            var id = frame.Command.Message.Id;
            if (!frame.TryGetPayload(out var metadata, out var payload))
                throw new InvalidDataException($"{id.Ledger}:{id.Entry} is damaged.");
            messages.AddRange(StoredMessage.Of($"{id.Ledger}:{id.Entry}:{id.Partition}", metadata, payload));
            if (id.Ledger == last.Ledger && id.Entry == last.Entry)
                return messages;
        }
    }
}

internal static class TopicNames
{
    public static string Full(string name) => name.Contains("://", StringComparison.Ordinal) ? name : $"persistent://public/default/{name}";
}
