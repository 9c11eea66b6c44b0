namespace PulsarBroker.Control;

/// <summary>Messages a test wants in a topic: either listed, or made from a pattern.</summary>
public sealed record PublishRequest
{
    public required string Topic { get; init; }

    /// <summary>The messages one by one; null: <see cref="Count"/> of them are made from the pattern.</summary>
    public IReadOnlyList<PublishedMessage>? Messages { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>The number of the first one made; the property <c>number</c> carries it.</summary>
    public int From { get; init; }

    /// <summary><c>{n}</c> in it becomes the number.</summary>
    public string Payload { get; init; } = "{n}";

    /// <summary>That many keys, <c>key-0</c> and so on, in turn by entry; 0: no key.</summary>
    public int Keys { get; init; }

    /// <summary>Above 1, that many consecutive messages make one entry. Its key is that of its first message.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>0: as fast as possible.</summary>
    public int PerSecond { get; init; }

    /// <summary>How the payload of each entry is compressed.</summary>
    public Compression Compression { get; init; }

    public IEnumerable<PublishedMessage> All() => Messages ?? Enumerable.Range(From, Count).Select(n => new PublishedMessage
    {
        Payload = Payload.Replace("{n}", $"{n}", StringComparison.Ordinal),
        Key = Keys > 0 ? $"key-{(n - From) / Math.Max(1, BatchSize) % Keys}" : null,
        Properties = new Dictionary<string, string> { ["number"] = $"{n}" },
    });
}

/// <summary>One message of a <see cref="PublishRequest"/>.</summary>
public sealed record PublishedMessage
{
    public string Payload { get; init; } = "";

    public string? Key { get; init; }

    public string? OrderingKey { get; init; }

    public byte[]? SchemaVersion { get; init; }

    public ulong EventTime { get; init; }

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}
