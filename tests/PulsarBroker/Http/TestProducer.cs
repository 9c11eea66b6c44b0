using System.Diagnostics;
using PulsarBroker.Control;

namespace PulsarBroker.Http;

/// <summary>Puts messages into topics without a connection.</summary>
internal sealed class TestProducer(Broker broker)
{
    /// <summary>Returns the number of messages when all are stored.</summary>
    public async Task<int> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var parts = broker.Parts(request.Topic);
        var published = 0;
        var clock = Stopwatch.StartNew();
        foreach (var entry in PublishedEntry.Of(request))
        {
            if (request.PerSecond > 0 && TimeSpan.FromSeconds((double)published / request.PerSecond) - clock.Elapsed is { Ticks: > 0 } early)
                await Task.Delay(early, cancellationToken);
            parts[(int)(entry.Partition % (uint)parts.Count)].Append(entry.Metadata, entry.Payload);
            published += entry.Messages;
        }
        return published;
    }
}
