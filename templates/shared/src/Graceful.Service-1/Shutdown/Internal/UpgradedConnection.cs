using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>Tells whether the handler of a WebSocket waits for its client or is at work: whether it reads from the connection.</summary>
internal sealed class UpgradedConnection(IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private int _reads, _reading;

    /// <summary>How often it has begun to wait for its client.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public bool IsReading => Volatile.Read(ref _reading) > 0;

    public bool IsUpgradableRequest => upgrade is { IsUpgradableRequest: true };
    public bool IsExtendedConnect => connect is { IsExtendedConnect: true };
    public string? Protocol => connect?.Protocol;

    public static void Observe(HttpContext context)
    {
        var features = context.Features;
        var observed = new UpgradedConnection(features.Get<IHttpUpgradeFeature>(), features.Get<IHttpExtendedConnectFeature>());
        features.Set(observed);
        if (observed.IsUpgradableRequest) features.Set<IHttpUpgradeFeature>(observed); // HTTP/1.1
        if (observed.IsExtendedConnect) features.Set<IHttpExtendedConnectFeature>(observed); // HTTP/2
    }

    public async Task<Stream> UpgradeAsync() => new ObservedStream(await upgrade!.UpgradeAsync(), this);
    public async ValueTask<Stream> AcceptAsync() => new ObservedStream(await connect!.AcceptAsync(), this);

    private sealed class ObservedStream(Stream stream, UpgradedConnection connection) : Stream
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref connection._reads);
            Interlocked.Increment(ref connection._reading);
            try
            {
                return await stream.ReadAsync(buffer, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref connection._reading);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
            TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);
        public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

        public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => stream.Write(buffer, offset, count);
        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            stream.WriteAsync(buffer, offset, count, cancellationToken);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => stream.WriteAsync(buffer, cancellationToken);
        public override void Flush() => stream.Flush();
        public override Task FlushAsync(CancellationToken cancellationToken) => stream.FlushAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            await base.DisposeAsync();
        }

        public override bool CanRead => stream.CanRead;
        public override bool CanSeek => false;
        public override bool CanWrite => stream.CanWrite;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
