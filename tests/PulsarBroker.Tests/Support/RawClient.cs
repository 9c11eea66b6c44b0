using System.Net.Sockets;
using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Tests.Support;

/// <summary>A client that writes and reads frames, for what no real client does or shows.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly FrameReader _reader;

    public string Address => _tcp.Client.LocalEndPoint!.ToString()!;

    private RawClient(Uri url)
    {
        _tcp.Connect(url.Host, url.Port);
        _reader = new FrameReader(_tcp.GetStream());
    }

    public static async Task<RawClient> ConnectAsync(Uri url)
    {
        var client = new RawClient(url);
        await client.WriteAsync(Commands.Connect("raw"));
        await client.ReadAsync(Kind.Connected);
        return client;
    }

    public Task WriteAsync(Command command) => WriteAsync(Frame.Encode(command));

    public async Task WriteAsync(byte[] frame) => await _tcp.GetStream().WriteAsync(frame);

    /// <summary>The next frame, which must be of that kind.</summary>
    public async Task<Frame> ReadAsync(Kind kind)
    {
        using var patience = new CancellationTokenSource(Patience);
        var frame = await _reader.ReadAsync(patience.Token) ?? throw new EndOfStreamException($"The broker closed the connection instead of sending {kind}.");
        Assert.Equal(kind, frame.Command.Kind);
        return frame;
    }

    /// <summary>True: the broker has closed the connection.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _reader.ReadAsync(patience.Token) is null;
    }

    /// <summary>Everything the broker sends before the answer to a ping, which it sends last.</summary>
    public async Task<IReadOnlyList<Frame>> UntilPongAsync()
    {
        await WriteAsync(Commands.Ping());
        using var patience = new CancellationTokenSource(Patience);
        var frames = new List<Frame>();
        while (await _reader.ReadAsync(patience.Token) is { } frame && frame.Command.Kind != Kind.Pong)
            frames.Add(frame);
        return frames;
    }

    public Task SubscribeAsync(string topic, Subscribe.Types.Type type, ulong consumer, ulong request) => WriteAsync(new Command
    {
        Kind = Kind.Subscribe,
        Subscribe = new()
        {
            Topic = topic, Subscription = "s", Type = type, ConsumerId = consumer, RequestId = request,
            ConsumerName = $"raw-{consumer}", InitialPosition = Subscribe.Types.Position.Earliest,
        },
    });

    public Task ProduceAsync(string topic, ulong producer, ulong request) =>
        WriteAsync(new Command { Kind = Kind.Producer, Producer = new() { Topic = topic, ProducerId = producer, RequestId = request } });

    public void Dispose() => _tcp.Dispose();
}
