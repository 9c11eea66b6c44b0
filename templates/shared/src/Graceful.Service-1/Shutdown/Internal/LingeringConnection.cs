using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// Gives an HTTP/2 client time to leave. During a stop Kestrel closes the socket immediately after GOAWAY. A request that crosses with it is answered
/// with a reset, and the client, which has not read GOAWAY yet, loses whatever it has in flight there: "Broken pipe". So the connection is kept open,
/// and what comes is discarded: GOAWAY has told the client that nobody has begun it, and that it is safe to send elsewhere.
/// </summary>
/// <remarks>
/// RFC 9113 6.8: a sender of GOAWAY can discard frames of later streams. nginx calls it lingering_close. HTTP/1.1 has nothing that tells an idle
/// client to leave but the close, so that one stays as it is.
/// </remarks>
internal sealed class LingeringConnection : ConnectionContext, IDuplexPipe
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(0.25);

    private readonly ConnectionContext _inner;
    private readonly LingeringTransport _transport;
    private readonly Reader _input;
    private readonly Writer _output;
    private readonly CancellationTokenRegistration _draining;
    private ConnectionHeartbeat? _heartbeat;
    private Timer? _ticks;
    private bool? _negotiatedHttp2, _lingers;

    public LingeringConnection(ConnectionContext inner, LingeringTransport transport)
    {
        (_inner, _transport) = (inner, transport);
        (_input, _output) = (new Reader(inner.Transport.Input, this), new Writer(inner.Transport.Output, this));
        inner.Transport = this;
        _draining = transport.Phases.Draining.UnsafeRegister(static connection => ((LingeringConnection)connection!).BeginTicking(), this);
    }

    public PipeReader Input => _input;
    public PipeWriter Output => _output;

    /// <remarks>
    /// Kestrel asks for it when it has set its features. It is replaced when a handshake is done; later is too late to ask what that has
    /// negotiated, the stream throws then.
    /// </remarks>
    public override IDuplexPipe Transport
    {
        get
        {
            if (_heartbeat is null && Features.Get<IConnectionHeartbeatFeature>() is { } heartbeat)
                Features.Set<IConnectionHeartbeatFeature>(_heartbeat = new ConnectionHeartbeat(heartbeat));
            return _inner.Transport;
        }
        set
        {
            _inner.Transport = value;
            if (_negotiatedHttp2 is null && Features.Get<ISslStreamFeature>()?.SslStream is { IsAuthenticated: true } tls)
                _negotiatedHttp2 = tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
        }
    }

    public override string ConnectionId { get => _inner.ConnectionId; set => _inner.ConnectionId = value; }
    public override IFeatureCollection Features => _inner.Features;
    public override IDictionary<object, object?> Items { get => _inner.Items; set => _inner.Items = value; }
    public override CancellationToken ConnectionClosed { get => _inner.ConnectionClosed; set => _inner.ConnectionClosed = value; }
    public override EndPoint? LocalEndPoint { get => _inner.LocalEndPoint; set => _inner.LocalEndPoint = value; }
    public override EndPoint? RemoteEndPoint { get => _inner.RemoteEndPoint; set => _inner.RemoteEndPoint = value; }

    // Decided once: what is completed cannot be read on.
    private bool Lingers => _lingers ??= IsHttp2 && _transport.Phases.StopRequested.IsCancellationRequested;

    private bool IsHttp2 => _negotiatedHttp2 ?? _input.BeganAsHttp2;

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _draining.DisposeAsync();
            if (_ticks is not null) await _ticks.DisposeAsync();
            if (Lingers) await _input.DiscardInputAsync();
        }
        finally
        {
            await _inner.DisposeAsync(); // Completes both pipes.
            await base.DisposeAsync();
        }
    }

    private void BeginTicking() => _ticks = new Timer(_ => _heartbeat?.Tick(), null, HeartbeatInterval, HeartbeatInterval);

    private sealed class Reader(PipeReader inner, LingeringConnection connection) : PipeReader
    {
        private int _sniffsLeft = 4; // A middleware may read what a proxy says first (PROXY protocol), in parts.
        private bool _isReading;

        /// <summary>Without TLS nothing else says so (RFC 9113 3.4). A preface that arrives in parts is not recognized.</summary>
        public bool BeganAsHttp2 { get; private set; }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            _isReading = !cancellationToken.IsCancellationRequested; // Such a read does not begin.
            return _sniffsLeft > 0 && !BeganAsHttp2 ? SniffAsync(cancellationToken) : inner.ReadAsync(cancellationToken);
        }

        public override bool TryRead(out ReadResult result) => _isReading = inner.TryRead(out result);
        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void AdvanceTo(SequencePosition consumed)
        {
            _isReading = false;
            inner.AdvanceTo(consumed);
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            _isReading = false;
            inner.AdvanceTo(consumed, examined);
        }

        public override void Complete(Exception? exception = null)
        {
            if (!connection.Lingers) inner.Complete(exception);
        }

        public async Task DiscardInputAsync()
        {
            try
            {
                using var end = new CancellationTokenSource(connection._transport.LingerTimeout);
                if (_isReading) inner.AdvanceTo(default); // Kestrel leaves its last read open.
                for (var isCompleted = false; !isCompleted;)
                {
                    var result = await inner.ReadAsync(end.Token);
                    inner.AdvanceTo(result.Buffer.End);
                    isCompleted = result.IsCompleted;
                }
            }
            catch (Exception)
            {
                // The time is over, or the connection was reset or aborted. It is closed now either way.
            }
        }

        private async ValueTask<ReadResult> SniffAsync(CancellationToken cancellationToken)
        {
            var result = await inner.ReadAsync(cancellationToken);
            _sniffsLeft--;
            BeganAsHttp2 = new SequenceReader<byte>(result.Buffer).IsNext("PRI * HTTP/2.0\r\n"u8);
            return result;
        }
    }

    private sealed class Writer(PipeWriter inner, LingeringConnection connection) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;
        public override long UnflushedBytes => inner.UnflushedBytes;
        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);
        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
        public override void Advance(int bytes) => inner.Advance(bytes);
        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);
        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            if (exception is not null || !connection.Lingers) inner.Complete(exception);
        }
    }
}
