using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>Keeps account of the requests and asks clients to leave. In front of everything, wherever the application calls UseRouting.</summary>
internal sealed class ShutdownMiddleware(RequestDelegate next, ShutdownPhases phases, InFlightWork inFlight, LongLivedResponses longLived, ShutdownReport report)
{
    // HTTP/1.1: the response carries "Connection: close", so that no client reuses a connection that is about to go. A delay alone lost 49 of
    // 47,000 keep-alive POSTs, both together none. Decided while its headers are made: closed behind a response without it, the connection
    // takes the client's next request along. One that is on its way has its turn with that request.
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

        var hasFailed = true;
        try
        {
            if (!IsWebSocket(context, multiplexed)) await next(context);
            else
            {
                work.IsWebSocket = true;
                UpgradedConnection.Observe(context);
                await longLived.RunAsync(context, next, EndsOnDrainAttribute.ByItself);
            }
            hasFailed = context.Response.StatusCode == StatusCodes.Status500InternalServerError;
        }
        finally
        {
            // A client that left is no failure; what the deadline cuts off the watchdog counts.
            if (hasFailed && phases.InReserve && !phases.Deadline.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
                report.AddFailedInReserve(work);
        }
    }

    private static void AskToLeave(HttpContext context) => context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

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
