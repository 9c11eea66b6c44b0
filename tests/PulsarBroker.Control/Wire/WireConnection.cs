using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker.Control.Wire;

/// <summary>A connection to a broker that speaks the protocol, for what no client library does: publish batches as they are wanted, look at entries.</summary>
public sealed class WireConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<Command>> _answers = new();
    private readonly Channel<Frame> _frames = Channel.CreateUnbounded<Frame>();
    private readonly SemaphoreSlim _writing = new(1);
    private ulong _request;

    private WireConnection() { }

    /// <summary>What is no answer to a request: messages, receipts, news.</summary>
    public ChannelReader<Frame> Frames => _frames.Reader;

    public static async Task<WireConnection> OpenAsync(Uri url, string? token = null)
    {
        var connection = new WireConnection();
        await connection._tcp.ConnectAsync(url.Host, url.Port);
        await connection.WriteAsync(Commands.Connect("wire", token is null ? null : "token", Encoding.UTF8.GetBytes(token ?? "")));
        _ = connection.ReadAsync();
        var first = await connection.Frames.ReadAsync().AsTask().WaitAsync(Patience);
        return first.Command.Kind == Kind.Connected ? connection : throw new InvalidOperationException($"The broker answered {first.Command}.");
    }

    /// <summary>Returns the answer; an error throws.</summary>
    public async Task<Command> AskAsync(Func<ulong, Command> command)
    {
        var request = Interlocked.Increment(ref _request);
        var answer = _answers[request] = new TaskCompletionSource<Command>(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(command(request));
        var answered = await answer.Task.WaitAsync(Patience);
        return answered switch
        {
            { Kind: Kind.Error } => throw new WireException(answered.Error.Error, answered.Error.Text),
            { Kind: Kind.LookupResponse, LookupResponse.HasError: true } => throw new WireException(answered.LookupResponse.Error, answered.LookupResponse.Text),
            _ => answered,
        };
    }

    /// <summary>Has the broker load the topic. It is the only one, or asks for it through itself.</summary>
    public Task LookUpAsync(string topic) => AskAsync(request => Commands.Lookup(request, topic));

    public async Task<int> PartitionsAsync(string topic) =>
        (int)(await AskAsync(request => Commands.Partitions(request, topic))).PartitionsResponse.Partitions;

    public Task WriteAsync(Command command) => WriteAsync(Frame.Encode(command));

    public async Task WriteAsync(ReadOnlyMemory<byte> frame)
    {
        await _writing.WaitAsync();
        try
        {
            await _tcp.GetStream().WriteAsync(frame);
        }
        finally
        {
            _writing.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync()
    {
        Exception end = new EndOfStreamException("The broker has closed the connection.");
        try
        {
            var reader = new FrameReader(_tcp.GetStream());
            while (await reader.ReadAsync(CancellationToken.None) is { } frame)
            {
                if (frame.Command.Kind == Kind.Ping)
                    await WriteAsync(Commands.Pong());
                else if (RequestOf(frame.Command) is not { } request || !_answers.TryRemove(request, out var answer))
                    _frames.Writer.TryWrite(frame);
                else
                    answer.SetResult(frame.Command);
            }
        }
        catch (Exception e)
        {
            end = e;
        }
        _frames.Writer.TryComplete(end);
        foreach (var answer in _answers.Values)
            answer.TrySetException(end);
    }

    private static ulong? RequestOf(Command command) => command.Kind switch
    {
        Kind.Success => command.Success.RequestId,
        Kind.Error => command.Error.RequestId,
        Kind.LookupResponse => command.LookupResponse.RequestId,
        Kind.PartitionsResponse => command.PartitionsResponse.RequestId,
        Kind.ProducerSuccess => command.ProducerSuccess.RequestId,
        Kind.LastIdResponse => command.LastIdResponse.RequestId,
        _ => null,
    };
}

/// <summary>The broker's refusal.</summary>
public sealed class WireException(ServerError error, string text) : Exception($"{error}: {text}")
{
    public ServerError Error => error;
}
