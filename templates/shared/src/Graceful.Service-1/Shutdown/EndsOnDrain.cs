namespace Graceful.Service_1.Shutdown;

public static class EndsOnDrainExtensions
{
    /// <summary>
    /// For long-lived responses (server-sent events, long polling, WebSockets): <see cref="HttpContext.RequestAborted"/> also fires
    /// when draining begins. The client sees a clean end, or 503 if nothing was sent yet, and connects again elsewhere.
    /// </summary>
    public static TBuilder EndsOnDrain<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new EndsOnDrainMetadata());
}

internal sealed class EndsOnDrainMetadata;

/// <summary>The name of an endpoint's work in logs and reports, instead of method and route pattern.</summary>
internal sealed record WorkName(string Name);
