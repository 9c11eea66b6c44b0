using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>One piece of work in flight, until it is disposed. 56 bytes; its name is put together only when somebody asks.</summary>
public sealed class WorkItem : IDisposable
{
    private readonly InFlightWork.Stripe _stripe;
    private readonly string _label;
    private readonly IFeatureCollection? _request;

    internal WorkItem(InFlightWork.Stripe stripe, string label, IFeatureCollection? request)
    {
        (_stripe, _label, _request) = (stripe, label, request);
        StartedAt = Environment.TickCount; // Fine to some milliseconds, cheaper than a timestamp, and half the size.
    }

    /// <summary>A route pattern, a gRPC method or what Begin was told; never a value that came from a user.</summary>
    public string Name => Endpoint switch
    {
        null => _label,
        var endpoint when endpoint.Metadata.GetMetadata<WorkName>() is { } given => given.Name,
        RouteEndpoint route => $"{_label} {route.RoutePattern.RawText}",
        var endpoint => $"{_label} {endpoint.DisplayName}",
    };

    public TimeSpan Age => TimeSpan.FromMilliseconds((uint)(Environment.TickCount - StartedAt)); // Starts again after 49 days.

    internal int StartedAt { get; }
    internal int Index { get; set; }
    internal bool IsRequest => _request is not null;
    internal bool IsWebSocket { get; set; }
    internal bool IsLongLived => IsWebSocket || EndsOnDrainAttribute.Of(Endpoint) is not null;

    // Looked up when it is needed, for routing runs wherever the application has put it. Null before that. UseExceptionHandler takes it away.
    private Endpoint? Endpoint => _request?.Get<IEndpointFeature>()?.Endpoint ?? _request?.Get<IExceptionHandlerFeature>()?.Endpoint;

    public void Dispose() => _stripe.Remove(this);
}
