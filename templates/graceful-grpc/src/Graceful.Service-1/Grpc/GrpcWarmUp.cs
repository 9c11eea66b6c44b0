using System.Net;
using System.Net.Http.Headers;
using Graceful.Service_1.Health;

namespace Graceful.Service_1.Grpc;

/// <summary>
/// Has the service compiled and connected before the first call. A job without a name is refused, so none is run. When the service changes,
/// let it be another call that is refused.
/// </summary>
internal sealed class GrpcWarmUp(OwnEndpoints own) : IWarmUp
{
    /// <summary>A message of gRPC with nothing in it: not compressed, 0 bytes long.</summary>
    private static readonly byte[] EmptyRequest = new byte[5];

    // Without the client of the generated code, which would have to be compiled too.
    public Task WarmUpAsync(CancellationToken cancellationToken) => own.SendAsync(() => new HttpRequestMessage(HttpMethod.Post, "/jobs.v1.Jobs/Run")
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        Content = new ByteArrayContent(EmptyRequest) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
    }, cancellationToken);
}
