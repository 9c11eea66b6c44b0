using Microsoft.AspNetCore.Connections.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>The outermost middleware: registers requests, asks clients to leave, ends long-lived responses.</summary>
internal sealed class ShutdownMiddleware(RequestDelegate next, ShutdownPhases phases, InFlightWork inFlight)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var connection = context.Features.Get<IConnectionLifetimeNotificationFeature>();
        var request = context.Request;
        var multiplexed = !HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp10(request.Protocol);
        using var work = inFlight.Begin(request.Method, endpoint, multiplexed ? null : connection);

        // HTTP/1.1: the response carries "Connection: close", so that no client reuses a connection that is about to go. A delay
        // alone lost 49 of 47,000 keep-alive POSTs, both together none. HTTP/2 gets GOAWAY, and that late: a client that is still
        // routed here would only come back on a new connection, and each close costs HttpClient some requests (149 against 2).
        if (phases.Requested.IsCancellationRequested && (!multiplexed || phases.LastCall)) connection?.RequestClose();
        if (!multiplexed) RequestBody.Protect(context);

        if (endpoint?.Metadata.GetMetadata<EndsOnDrainMetadata>() is null) await next(context);
        else await EndOnDrainAsync(context);
    }

    private async Task EndOnDrainAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, phases.Draining);
        context.RequestAborted = either.Token;
        var endedEarly = false;
        try
        {
            await next(context);
            // What UseExceptionHandler makes of the cancellation when it stands between the endpoint and us.
            endedEarly = phases.Draining.IsCancellationRequested && context.Response.StatusCode == StatusCodes.Status499ClientClosedRequest;
        }
        catch (OperationCanceledException) when (phases.Draining.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            endedEarly = true;
        }
        finally
        {
            context.RequestAborted = aborted;
        }

        if (!endedEarly || context.Response.HasStarted || aborted.IsCancellationRequested) return;
        context.Response.Headers.RetryAfter = "1";
        await TypedResults.Problem("The server is shutting down.", statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
    }
}
