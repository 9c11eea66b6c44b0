using Microsoft.AspNetCore.SignalR;

namespace Graceful.Service_1.Shutdown;

public static class EndsOnDrainExtensions
{
    /// <inheritdoc cref="EndsOnDrainAttribute"/>
    public static TBuilder EndsOnDrain<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new EndsOnDrainAttribute());
}

/// <summary>
/// For long-lived responses (server-sent events, long polling): <see cref="HttpContext.RequestAborted"/> also fires when draining
/// begins, and whatever then continues is cut off a second later. The client gets 503 if nothing was sent yet (except for server-sent
/// events, whose readers never come back after one); otherwise its response ends so that it can tell, and it reconnects elsewhere.
/// Hubs and WebSockets need no attribute: they are long-lived by nature.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class EndsOnDrainAttribute : Attribute
{
    /// <summary>For what closes itself when the application stops: firing its token would cut off its goodbye.</summary>
    internal static readonly EndsOnDrainAttribute ByItself = new() { ToldBy = EndingToldBy.Itself };

    internal EndingToldBy ToldBy { get; init; }

    /// <summary>Null when the endpoint is not long-lived.</summary>
    internal static EndsOnDrainAttribute? Of(Endpoint? endpoint) =>
        endpoint is null ? null :
        endpoint.Metadata.GetMetadata<HubMetadata>() is not null ? ByItself :
        endpoint.Metadata.GetMetadata<EndsOnDrainAttribute>();
}

/// <summary>Who tells the handler of a long-lived response to leave.</summary>
internal enum EndingToldBy
{
    /// <summary><see cref="HttpContext.RequestAborted"/> fires. A second later it is cut off.</summary>
    Token,

    /// <summary>The token of the gRPC call fires. It may run until the deadline, since it may be at work.</summary>
    Call,

    /// <summary>It looks for itself, as hubs do. A second later it is cut off.</summary>
    Itself,
}

/// <summary>The name of an endpoint's work in logs and reports, instead of method and route pattern.</summary>
internal sealed record WorkName(string Name);
