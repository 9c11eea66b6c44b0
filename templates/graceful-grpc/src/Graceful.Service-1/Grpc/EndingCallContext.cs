using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Grpc;

/// <summary>The call of a stream whose token, and that of its request, also fires when the stream has to end.</summary>
/// <remarks>
/// The token of the request is replaced by another feature, not set: what writes the stream keeps the first one, and would send nothing more.
/// </remarks>
internal sealed class EndingCallContext : ServerCallContext, IServerCallContextFeature, IHttpRequestLifetimeFeature, IDisposable
{
    private const string HttpContextKey = "__HttpContext"; // Where GetHttpContext() looks for it (Grpc.AspNetCore.Server).

    private readonly ServerCallContext _inner;
    private readonly HttpContext _http;
    private readonly IHttpRequestLifetimeFeature _lifetime;
    private readonly IServerCallContextFeature? _call;
    private readonly CancellationTokenSource _either;

    public EndingCallContext(ServerCallContext inner, CancellationToken end)
    {
        (_inner, _http) = (inner, inner.GetHttpContext());
        _lifetime = _http.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _call = _http.Features.Get<IServerCallContextFeature>();
        _either = CancellationTokenSource.CreateLinkedTokenSource(inner.CancellationToken, end);
        CancellationTokenCore = RequestAborted = _either.Token;
        UserState[HttpContextKey] = _http;
        _http.Features.Set<IHttpRequestLifetimeFeature>(this);
        _http.Features.Set<IServerCallContextFeature>(this); // Clients of the handler's own pass on its token (EnableCallContextPropagation).
    }

    public CancellationToken RequestAborted { get; set; }

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

    public void Abort() => _lifetime.Abort();

    public void Dispose()
    {
        _http.Features.Set(_lifetime);
        _http.Features.Set(_call);
        _either.Dispose();
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => _inner.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _inner.WriteResponseHeadersAsync(responseHeaders);
}
