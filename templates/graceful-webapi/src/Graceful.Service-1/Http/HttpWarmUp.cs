using System.Text;
using Graceful.Service_1.Health;

namespace Graceful.Service_1.Http;

/// <summary>
/// Has the API compiled and connected before the first request. A job without a name is refused, so none is run. When the API changes,
/// let it be another request that is refused.
/// </summary>
internal sealed class HttpWarmUp(OwnEndpoints own) : IWarmUp
{
    public Task WarmUpAsync(CancellationToken cancellationToken) => own.SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, "/jobs") { Content = new StringContent("{\"name\":\"\"}", Encoding.UTF8, "application/json") },
        cancellationToken);
}
