using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>Keeps account of the requests and asks clients to leave. In front of everything, wherever the application calls UseRouting.</summary>
internal sealed class ShutdownMiddleware(RequestDelegate next, ShutdownPhases phases, InFlightWork inFlight, LongLivedResponses longLived, ShutdownReport report)
{
    // HTTP/1.1: the response carries "Connection: close", so that no client reuses a connection that is about to go. A delay alone lost 49 of
    // 47,000 keep-alive POSTs, both together none. Decided while its headers are made: behind a response without that header the client
    // sends its next request, and a close would lose it. So that next request is answered, with the header.
    private readonly Func<object, Task> _askToLeave = context =>
    {
        if (phases.StopRequested.IsCancellationRequested) AskToLeave((HttpContext)context);
        return Task.CompletedTask;
    };

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        using var work = inFlight.Begin(request.Method, context.Features);
        var multiplexed = !HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp10(request.Protocol);

        if (!multiplexed)
        {
            context.Response.OnStarting(_askToLeave, context);
            RequestBody.Protect(context);
        }
        else if (phases.SendsGoAway) AskToLeave(context); // Late: a client that is still routed here would only come back on a new connection.

        var hasThrown = true;
        try
        {
            if (!IsWebSocket(context, multiplexed)) await next(context);
            else
            {
                work.IsWebSocket = true;
                UpgradedConnection.Observe(context);
                await longLived.RunAsync(context, next, EndsOnDrainAttribute.ByItself);
            }
            hasThrown = false;
        }
        finally
        {
            // A client that left is no failure; what the deadline cuts off the watchdog counts.
            if (phases.InReserve && (hasThrown || HasFailed(context)) && !phases.Deadline.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
                report.AddFailedInReserve(work);
        }
    }

    private static void AskToLeave(HttpContext context) => context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

    // What is left of an exception that somebody has caught: 500, or UNKNOWN in gRPC.
    private static bool HasFailed(HttpContext context)
    {
        const string unknown = "2", grpcStatus = "grpc-status";
        var response = context.Response;
        return response.StatusCode == StatusCodes.Status500InternalServerError || response.Headers[grpcStatus] == unknown
            || context.Features.Get<IHttpResponseTrailersFeature>() is { Trailers: { } trailers } && trailers[grpcStatus] == unknown;
    }

    // RFC 6455 4.1: a GET that also says "Connection: Upgrade". Any other request may carry the header Upgrade, and is ordinary work.
    private static bool IsWebSocket(HttpContext context, bool multiplexed) => multiplexed
        ? context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
        : context.Request.Headers.Upgrade is [{ } protocol] && protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && context.Request.Method == "GET" && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };
}

internal sealed class ShutdownStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<ShutdownMiddleware>();
        next(app);
    };
}
