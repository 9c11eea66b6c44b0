using System.Net.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Graceful.Service_1.Health;

/// <summary>Sends the service requests of its own, over loopback, so that nobody waits for what the first one costs.</summary>
/// <remarks>They make it faster, not fit: one that cannot be sent, or is not answered, is logged and does not keep it from being ready.</remarks>
public sealed partial class OwnEndpoints(IServer server, ILogger<OwnEndpoints> logger)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Once one address has answered, for the others: a port of another protocol takes the request and waits.</summary>
    private static readonly TimeSpan TimeForOthers = TimeSpan.FromSeconds(1);

    /// <summary>Sends a request to every address that the service listens on. Any answer will do.</summary>
    /// <param name="create">Makes the request, with a path only, such as <c>/jobs</c>.</param>
    public async Task SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null, // No span: nobody has called.
#pragma warning disable CA5359 // The certificate is the service's own, for another host.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
        })
        { Timeout = RequestTimeout };
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // What an address speaks it does not say: a request for HTTP/2 is answered by one and refused by the other.
        var failures = await Task.WhenAll(Addresses().Select(async address =>
        {
            try
            {
                using var request = create();
                request.RequestUri = new Uri(address, request.RequestUri!);
                using var response = await client.SendAsync(request, enough.Token);
                if (response.Headers.ConnectionClose is not true) enough.CancelAfter(TimeForOthers); // Not the refusal of a port of HTTP/2.
                return null;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                return e;
            }
        }));
        if (failures is [{ } first, ..] && !failures.Contains(null)) LogNotAnswered(first);
    }

    // None in a test's WebApplicationFactory, which listens nowhere.
    private IEnumerable<Uri> Addresses() =>
        from address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []
        let binding = BindingAddress.Parse(address)
        where !binding.IsUnixPipe && !binding.IsNamedPipe
        select new UriBuilder(binding.Scheme, binding.Host is "*" or "+" or "[::]" or "0.0.0.0" ? "localhost" : binding.Host, binding.Port).Uri;

    [LoggerMessage(203, LogLevel.Warning, "The service got no answer to a request to itself; its first request from others will be slow",
        EventName = "OwnRequestFailed")]
    private partial void LogNotAnswered(Exception failure);
}
