using Microsoft.AspNetCore.Connections.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>Runs long-lived responses, and ends them when draining begins: by their token, and a second later by cutting them off.</summary>
internal sealed class LongLivedResponses(ShutdownPhases phases, InFlightWork inFlight, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan TimeToLeave = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Between the last stream and the close of its connection. Kestrel closes an HTTP/2 connection right behind its last stream, and
    /// the client then misses the status: 137 of 160 did without a pause, none with 0.1 s; 0.3 s is for a crowded machine.
    /// </summary>
    private static readonly TimeSpan TimeToRead = TimeSpan.FromSeconds(0.3);

    /// <summary>For a handler to end behind its connection, as SignalR waits for the close of a WebSocket.</summary>
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private const string EventStream = "text/event-stream";

    private readonly CancellationTokenSource _cutOff = new();
    private volatile bool _anyHasEnded;

    public async Task RunAsync(HttpContext context, RequestDelegate handler, EndsOnDrainAttribute ending)
    {
        if (phases.Draining.IsCancellationRequested)
        {
            await RefuseAsync(context); // A client that has just been told to leave, and came back before the listener closed.
            return;
        }

        var aborted = context.RequestAborted;
        using var either = ending.ToldBy == EndingToldBy.Token ? CancellationTokenSource.CreateLinkedTokenSource(aborted, phases.Draining) : null;
        if (either is not null) context.RequestAborted = either.Token;
        var response = Task.Run(() => handler(context), CancellationToken.None); // A handler that blocks its thread can be left too.
        try
        {
            await response.WaitAsync(ending.ToldBy == EndingToldBy.Call ? CancellationToken.None : _cutOff.Token);
        }
        catch (OperationCanceledException) when (!response.IsCompleted)
        {
            await CutOffAsync(context, response, leave: ending.ToldBy != EndingToldBy.Itself);
            return;
        }
        catch (OperationCanceledException) when (phases.Draining.IsCancellationRequested && !aborted.IsCancellationRequested
            && ending.ToldBy != EndingToldBy.Call)
        {
        }
        finally
        {
            context.RequestAborted = aborted;
            if (phases.StopRequested.IsCancellationRequested) _anyHasEnded = true;
            // Its headers did not say so yet, and a client that comes back at once on this connection would be refused. HTTP/2 gets GOAWAY.
            if (lifetime.ApplicationStopping.IsCancellationRequested && HttpProtocol.IsHttp11(context.Request.Protocol))
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
        if (ending.ToldBy == EndingToldBy.Token && phases.Draining.IsCancellationRequested && !aborted.IsCancellationRequested) await EndAsync(context);
    }

    /// <summary>Waits for them to leave, and cuts off those that do not. Returns when connections may close.</summary>
    public async Task LeaveAsync()
    {
        if (!AnyRuns && !_anyHasEnded) return;
        for (var start = Environment.TickCount64; AnyRuns && Environment.TickCount64 - start < TimeToLeave.TotalMilliseconds;)
            await Task.Delay(20);
        await _cutOff.CancelAsync();
        await Task.Delay(TimeToRead);
    }

    /// <summary>
    /// An endpoint that asked for its end is left where it is. A WebSocket is cut off when its handler waits for the client again: until then it is
    /// at work, like that of any request, and its answer is on the way. One that has never waited only sends.
    /// </summary>
    private async Task CutOffAsync(HttpContext context, Task response, bool leave)
    {
        if (!leave && context.Features.Get<UpgradedConnection>() is { IsReading: false, Reads: > 0 } socket)
        {
            for (var reads = socket.Reads; socket.Reads == reads && !response.IsCompleted && !phases.Deadline.IsCancellationRequested;)
                await Task.WhenAny(response, Task.Delay(20));
            await Task.WhenAny(response, Task.Delay(TimeToLeave, phases.Deadline));
        }
        if (!leave && response.IsCompleted)
        {
            await response;
            return;
        }
        context.Abort();
        if (!leave) await response.WaitAsync(TimeToEnd, phases.Deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool AnyRuns => inFlight.Snapshot().Any(item => item.IsLongLived);

    // Its handler was told to leave and did, by throwing or by returning. What it has sent must not look like all there was.
    private static Task EndAsync(HttpContext context)
    {
        var response = context.Response;
        if (TellsItsEnd(response.ContentType)) return Task.CompletedTask;
        if (response.HasStarted)
        {
            if (response.ContentLength is null) context.Abort();
            return Task.CompletedTask;
        }
        var hasOwnStatus = response.StatusCode is not (StatusCodes.Status200OK or StatusCodes.Status499ClientClosedRequest);
        return hasOwnStatus ? Task.CompletedTask : RefuseAsync(context);
    }

    // A reader of server-sent events connects again when a 200 ends, and never after a 503. gRPC ends with a status, which is in the
    // headers of a 200 if nothing was sent; of a 503 grpc-go does not read it.
    private static bool TellsItsEnd(string? contentType) => contentType is not null &&
        (contentType.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase) ||
         contentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));

    private static Task RefuseAsync(HttpContext context)
    {
        if (context.Request.Method == HttpMethods.Get && context.Request.Headers.Accept.ToString().Contains(EventStream, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Response.ContentType = EventStream; // Empty: its reader connects again.
            context.Response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }
        context.Response.Headers.RetryAfter = "1";
        return TypedResults.Problem("The server is shutting down.", statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
    }
}
