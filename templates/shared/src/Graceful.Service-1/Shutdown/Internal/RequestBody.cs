using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>
/// Lets a request that has arrived by half at the signal arrive in full. To ask an HTTP/1.1 connection to close, Kestrel wakes up the
/// read that is pending on it, and hands that out as a cancellation once part of the body was looked at but not consumed. The JSON
/// reader of .NET 10 reads like that and gives up: the client gets 500 for a request that was fine.
/// </summary>
/// <remarks>
/// Kestrel cured the same for WebSockets (dotnet/aspnetcore#26482); for a body with a length nobody has reported it yet. This class may go
/// when a POST whose body is half sent at the signal is answered without it.
/// </remarks>
internal sealed class RequestBody(IRequestBodyPipeFeature body) : IRequestBodyPipeFeature
{
    private UninterruptedReader? _reader;

    private IRequestBodyPipeFeature Body => body;

    public PipeReader Reader
    {
        get
        {
            var reader = body.Reader; // Another one when a middleware has replaced the stream.
            return _reader?.Reader == reader ? _reader : _reader = new UninterruptedReader(reader);
        }
    }

    public static void Protect(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0) return; // No body, or a chunked one, which Kestrel reads by itself.
        var features = context.Features;
        if (features.Get<IRequestBodyPipeFeature>() is not { } body) return;
        features.Set<IRequestBodyPipeFeature>(Of(body, features.Get<IConnectionItemsFeature>()));
    }

    // One for the whole connection, as Kestrel does it with its own: HTTP/1.1 has one request at a time. Saves 72 B a request.
    private static RequestBody Of(IRequestBodyPipeFeature body, IConnectionItemsFeature? connection)
    {
        if (connection is null) return new RequestBody(body);
        if (connection.Items.TryGetValue(typeof(RequestBody), out var kept) && kept is RequestBody own && own.Body == body) return own;
        var added = new RequestBody(body);
        connection.Items[typeof(RequestBody)] = added;
        return added;
    }

    private sealed class UninterruptedReader(PipeReader reader) : PipeReader
    {
        private int _cancelled;

        public PipeReader Reader => reader;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ReadResult result;
            do result = await reader.ReadAsync(cancellationToken);
            while (WokenUp(ref result));
            return result;
        }

        public override bool TryRead(out ReadResult result) => reader.TryRead(out result) && !WokenUp(ref result);

        // Not by CancelPendingRead, hence by Kestrel. Unless this was all of it, the rest is still to come.
        private bool WokenUp(ref ReadResult result)
        {
            if (!result.IsCanceled || Interlocked.Exchange(ref _cancelled, 0) == 1) return false;
            if (result.IsCompleted)
            {
                result = new ReadResult(result.Buffer, isCanceled: false, isCompleted: true);
                return false;
            }
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            return true;
        }

        public override void CancelPendingRead()
        {
            Interlocked.Exchange(ref _cancelled, 1);
            reader.CancelPendingRead();
        }

        public override void AdvanceTo(SequencePosition consumed) => reader.AdvanceTo(consumed);
        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => reader.AdvanceTo(consumed, examined);
        public override void Complete(Exception? exception = null) => reader.Complete(exception);
    }
}
