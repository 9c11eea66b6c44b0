using Microsoft.AspNetCore.Connections.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>One piece of work in flight, until it is disposed. 56 bytes; its name is put together only when somebody asks.</summary>
public sealed class WorkItem : IDisposable
{
    private readonly InFlightWork.Stripe _stripe;
    private readonly string _label;
    private readonly Endpoint? _endpoint;
    private readonly IConnectionLifetimeNotificationFeature? _connection;

    internal WorkItem(InFlightWork.Stripe stripe, string label, Endpoint? endpoint, IConnectionLifetimeNotificationFeature? connection)
    {
        (_stripe, _label, _endpoint, _connection) = (stripe, label, endpoint, connection);
        StartedAt = Environment.TickCount; // Fine to some milliseconds, cheaper than a timestamp, and half the size.
    }

    /// <summary>A route pattern, a gRPC method or a message id; never a value that came from a user.</summary>
    public string Name => _endpoint switch
    {
        null => _label,
        _ when _endpoint.Metadata.GetMetadata<WorkName>() is { } given => given.Name,
        RouteEndpoint route => $"{_label} {route.RoutePattern.RawText}",
        _ => $"{_label} {_endpoint.DisplayName}",
    };

    public TimeSpan Age => TimeSpan.FromMilliseconds((uint)(Environment.TickCount - StartedAt)); // Starts again after 49 days.

    internal int StartedAt { get; }
    internal int Index { get; set; }
    internal bool EndsOnDrain => _endpoint?.Metadata.GetMetadata<EndsOnDrainMetadata>() is not null;

    /// <summary>HTTP/1.1: the response to this request will carry <c>Connection: close</c>, if its headers are not sent yet.</summary>
    internal void AskClientToLeave() => _connection?.RequestClose();

    public void Dispose() => _stripe.Remove(this);
}
