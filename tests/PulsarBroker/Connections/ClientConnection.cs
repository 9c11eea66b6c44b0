using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Google.Protobuf;
using PulsarBroker.Protocol;
using PulsarBroker.Topics;

namespace PulsarBroker.Connections;

/// <summary>One connection: handles the commands of a client in order and writes to it in order.</summary>
internal sealed class ClientConnection
{
    // Writes are gathered up to this size, as a broker does under load.
    private const int WriteBytes = 64 * 1024;

    private readonly Channel<(byte[] Frame, long Written)> _outgoing = Channel.CreateUnbounded<(byte[], long)>(new() { SingleReader = true });
    private readonly CancellationTokenSource _closed = new();
    private readonly Broker _broker;
    private readonly Socket _socket;
    private readonly NetworkStream _network;
    private Stream _stream;
    private readonly ClientSession _session;

    public ClientConnection(Broker broker, Socket socket)
    {
        (_broker, _socket) = (broker, socket);
        socket.NoDelay = true;      // as Pulsar's own
        _stream = _network = new NetworkStream(socket, ownsSocket: true);
        _session = new ClientSession(broker, this);
        Client = socket.RemoteEndPoint?.ToString() ?? "";
    }

    /// <summary>Its address.</summary>
    public string Client { get; }

    public void Send(Command command) => Send(Frame.Encode(command));

    public void Send(Command command, Metadata metadata, byte[] payload) => Send(Frame.Encode(command, metadata, payload));

    public void SendActivity(Consumer consumer, bool isActive)
    {
        if (!_broker.Faults.Current.KeepActivitySecret)
            Send(Commands.ActiveChange(consumer.Id, isActive));
    }

    /// <summary>Closes a consumer from the broker's side.</summary>
    public void Close(Consumer consumer)
    {
        _session.Forget(consumer);
        SendClose(Commands.CloseConsumer(consumer.Id));
    }

    public void Close(Publisher publisher)
    {
        _session.Forget(publisher);
        SendClose(Commands.CloseProducer(publisher.Id));
    }

    /// <summary>Ends the connection as a broken one ends: with a TCP reset, and what was not written is lost.</summary>
    public void Reset()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
        _closed.Cancel();
        _network.Dispose();
    }

    public async Task RunAsync()
    {
        var writing = Task.CompletedTask;
        try
        {
            _stream = await EncryptAsync();
            writing = Task.Run(WriteAsync);
            var reader = new FrameReader(_stream);
            while (true)
            {
                await _broker.Faults.NotHangingAsync(_closed.Token);
                if (await reader.ReadAsync(_closed.Token) is not { } frame)
                    break;
                // It may have begun to hang while it waited for this frame.
                await _broker.Faults.NotHangingAsync(_closed.Token);
                _broker.Log.Add(Client, frame.Command);
                if (!_session.Handle(frame))
                    break;
            }
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
            // The client has gone, or has sent what is no frame.
        }
        finally
        {
            _session.Close();
            _outgoing.Writer.TryComplete();
            await writing;
            await _closed.CancelAsync();
            await _stream.DisposeAsync();
        }
    }

    private void SendClose(Command command)
    {
        if (!_broker.Faults.Current.KeepClosesSecret)
            Send(command);
    }

    private async Task<Stream> EncryptAsync()
    {
        if (_broker.Encryption is not { } encryption)
            return _network;
        await _broker.Faults.NotHangingAsync(_closed.Token);
        var encrypted = new SslStream(_network);
        await encrypted.AuthenticateAsServerAsync(encryption.Options(), _closed.Token);
        return encrypted;
    }

    private void Send(byte[] frame) => _outgoing.Writer.TryWrite((frame, Stopwatch.GetTimestamp()));

    private async Task WriteAsync()
    {
        var buffer = new MemoryStream();
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_closed.Token))
            {
                buffer.SetLength(0);
                // A delayed frame goes alone: it must not wait for those behind it.
                var limit = _broker.Faults.Current.DelayMilliseconds > 0 ? 1 : WriteBytes;
                while (buffer.Length < limit && _outgoing.Reader.TryRead(out var next))
                {
                    while (Remaining(next.Written) is { Ticks: > 0 } delay) // Task.Delay drops what is less than a millisecond.
                        await Task.Delay(delay, _closed.Token);
                    buffer.Write(next.Frame);
                }
                await _broker.Faults.NotHangingAsync(_closed.Token);
                await _stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), _closed.Token);
            }
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
            // Nobody reads any more.
        }
    }

    private TimeSpan Remaining(long written) =>
        TimeSpan.FromMilliseconds(_broker.Faults.Current.DelayMilliseconds) - Stopwatch.GetElapsedTime(written);

    private static bool IsEndOfConnection(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidDataException or InvalidProtocolBufferException
            or AuthenticationException;
}
