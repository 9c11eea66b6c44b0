using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Graceful.Service_1.Grpc;

/// <summary>The call of a stream whose token also fires when the stream has to end. With the token of the request nothing could be sent after that.</summary>
internal sealed class EndingCallContext : ServerCallContext, IServerCallContextFeature, IDisposable
{
    private const string HttpContextKey = "__HttpContext"; // Where GetHttpContext() looks for it (Grpc.AspNetCore.Server).

    private readonly ServerCallContext _inner;
    private readonly CancellationTokenSource _either;

    public EndingCallContext(ServerCallContext inner, CancellationToken end)
    {
        (_inner, _either) = (inner, CancellationTokenSource.CreateLinkedTokenSource(inner.CancellationToken, end));
        CancellationTokenCore = _either.Token;
        var http = inner.GetHttpContext();
        UserState[HttpContextKey] = http;
        http.Features.Set<IServerCallContextFeature>(this); // Clients of the handler's own pass its token on (EnableCallContextPropagation).
    }

    ServerCallContext IServerCallContextFeature.ServerCallContext => this;

    protected override CancellationToken CancellationTokenCore { get; }

    protected override string MethodCore => _inner.Method;

    protected override string HostCore => _inner.Host;

    protected override string PeerCore => _inner.Peer;

    protected override DateTime DeadlineCore => _inner.Deadline;

    protected override Metadata RequestHeadersCore => _inner.RequestHeaders;

    protected override Metadata ResponseTrailersCore => _inner.ResponseTrailers;

    protected override Status StatusCore { get => _inner.Status; set => _inner.Status = value; }

    protected override WriteOptions? WriteOptionsCore { get => _inner.WriteOptions; set => _inner.WriteOptions = value; }

    protected override AuthContext AuthContextCore => _inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _inner.UserState;

    public void Dispose() => _either.Dispose();

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => _inner.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _inner.WriteResponseHeadersAsync(responseHeaders);
}
