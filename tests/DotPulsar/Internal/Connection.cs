using System.Collections.Concurrent;
using Google.Protobuf;
using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace DotPulsar.Internal;

/// <summary>A consumer's or producer's place on a connection.</summary>
internal interface IOnConnection
{
    void Received(Frame frame);

    void Lost();
}

/// <summary>One connection: writes frames in order, finds the request of a reply and the consumer of a message.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Stream _stream;
    private readonly SemaphoreSlim _write = new(1);
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<Command>> _requests = new();
    private readonly ConcurrentDictionary<ulong, IOnConnection> _consumers = new();
    private readonly ConcurrentDictionary<ulong, IOnConnection> _producers = new();
    private readonly TaskCompletionSource<Command> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeepAlive _keepAlive;
    private long _lastId;

    private Connection(Stream stream, TimeSpan keepAlive)
    {
        _stream = stream;
        _keepAlive = new KeepAlive(keepAlive, Ping, Dispose);
        Telemetry.Connections.Opened();
    }

    public bool IsOpen => !_closed.IsCancellationRequested;

    public int MaxMessageSize { get; private set; }

    /// <summary>Waits for the broker's answer without a limit but the keep-alive, as the real client does.</summary>
    public static async Task<Connection> OpenAsync(Stream stream, Command connect, TimeSpan keepAlive)
    {
        var connection = new Connection(stream, keepAlive);
        _ = connection.ReadAsync();
        _ = connection._keepAlive.RunAsync(connection._closed.Token);
        try
        {
            await connection.WriteAsync(connect, CancellationToken.None);
            connection.MaxMessageSize = ServerErrors.OrThrow(await connection._connected.Task).Connected.MaxMessageSize;
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ulong NextId() => (ulong)Interlocked.Increment(ref _lastId);

    public void AddConsumer(ulong id, IOnConnection consumer) => Add(_consumers, id, consumer);

    public void AddProducer(ulong id, IOnConnection producer) => Add(_producers, id, producer);

    public void RemoveConsumer(ulong id) => _consumers.TryRemove(id, out _);

    public void RemoveProducer(ulong id) => _producers.TryRemove(id, out _);

    public Task WriteAsync(Command command, CancellationToken cancellationToken) => WriteAsync(Frame.Encode(command), cancellationToken);

    /// <summary>The token ends the wait for the turn to write, never a write that has begun.</summary>
    public async Task WriteAsync(byte[] frame, CancellationToken cancellationToken)
    {
        await _write.WaitAsync(cancellationToken);
        try
        {
            await _stream.WriteAsync(frame, _closed.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            throw new ChannelLostException();
        }
        finally
        {
            _write.Release();
        }
    }

    /// <summary>The token ends the wait for the turn to write, but not the wait for the reply: so does the real client.</summary>
    public async Task<Command> RequestAsync(Func<ulong, Command> command, CancellationToken cancellationToken)
    {
        var id = NextId();
        var reply = _requests[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            if (!IsOpen)
                throw new ChannelLostException();
            await WriteAsync(command(id), cancellationToken);
            return ServerErrors.OrThrow(await reply.Task);
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    public void Dispose()
    {
        lock (_closed)
        {
            if (!IsOpen)
                return;
            _closed.Cancel();
        }
        _stream.Dispose();
        Telemetry.Connections.Closed();
        _connected.TrySetException(new ChannelLostException());
        foreach (var reply in _requests.Values)
            reply.TrySetException(new ChannelLostException());
        foreach (var part in _consumers.Values.Concat(_producers.Values))
            part.Lost();
    }

    private void Ping() => Post(Commands.Ping());

    // Not awaited: the broker may not be reading, and then the write does not end.
    private void Post(Command command) => WriteAsync(command, CancellationToken.None).ContinueWith(t => t.Exception, TaskScheduler.Default);

    private void Add(ConcurrentDictionary<ulong, IOnConnection> parts, ulong id, IOnConnection part)
    {
        parts[id] = part;
        if (!IsOpen)
            part.Lost();
    }

    private async Task ReadAsync()
    {
        var reader = new FrameReader(_stream);
        try
        {
            while (await reader.ReadAsync(_closed.Token) is { } frame)
            {
                _keepAlive.Heard();
                Route(frame);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidDataException or InvalidProtocolBufferException)
        {
            // The broker has gone.
        }
        finally
        {
            Dispose();
        }
    }

    private void Route(Frame frame)
    {
        var command = frame.Command;
        switch (command.Kind)
        {
            case Kind.Connected or Kind.Error when !_connected.Task.IsCompleted:
                _connected.TrySetResult(command);
                break;
            case Kind.Ping:
                Post(Commands.Pong());
                break;
            case Kind.Message or Kind.ActiveChange or Kind.EndOfTopic or Kind.CloseConsumer:
                To(_consumers, command.Message?.ConsumerId ?? command.ActiveChange?.ConsumerId ?? command.EndOfTopic?.ConsumerId ?? command.CloseConsumer.ConsumerId);
                break;
            case Kind.SendReceipt or Kind.SendError or Kind.CloseProducer:
                To(_producers, command.SendReceipt?.ProducerId ?? command.SendError?.ProducerId ?? command.CloseProducer.ProducerId);
                break;
            case not Kind.Pong:
                if (RequestId(command) is { } id && _requests.TryGetValue(id, out var reply))
                    reply.TrySetResult(command);
                break;
        }

        void To(ConcurrentDictionary<ulong, IOnConnection> parts, ulong id)
        {
            if (parts.TryGetValue(id, out var part))
                part.Received(frame);
        }
    }

    private static ulong? RequestId(Command command) =>
        command.Success?.RequestId ?? command.Error?.RequestId ?? command.ProducerSuccess?.RequestId ?? command.LookupResponse?.RequestId
        ?? command.PartitionsResponse?.RequestId ?? command.LastIdResponse?.RequestId ?? command.SchemaResponse?.RequestId;
}
