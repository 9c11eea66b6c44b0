using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Graceful.Service_1.Crowd;

/// <summary>Long-lived responses of all kinds.</summary>
internal static class Streams
{
    private static readonly string Line = new('x', 8000); // More than the serializer of JSON keeps back.

    public static void Map(WebApplication app)
    {
        var group = app.MapGroup("/crowd/group");
        group.MapGet("/forever", ForeverAsync);
        group.MapPost("/work", Work.UntilGateAsync);
        app.MapGet("/crowd/linked-to-stopping", LinkedAsync);
        app.MapGet("/crowd/ends-but-ignores-its-token", IgnoreTokenAsync).EndsOnDrain();
        app.MapGet("/crowd/ends-but-blocks-its-thread", Block).EndsOnDrain();
        app.MapGet("/crowd/array-that-throws", (CancellationToken token) => ThrowingAsync(token)).EndsOnDrain();
        app.MapGet("/crowd/array-that-returns", (HttpContext context) => ReturningAsync(context)).EndsOnDrain();
        app.MapGet("/crowd/text", (HttpContext context) => WriteAsync(context, "text/plain")).EndsOnDrain();
        app.MapGet("/crowd/lines", (HttpContext context) => WriteAsync(context, "application/x-ndjson")).EndsOnDrain();
        app.MapGet("/crowd/download", (HttpContext context) => WriteAsync(context, "application/octet-stream", length: 1_000_000)).EndsOnDrain();
        app.Map("/crowd/any-events", ForeverAsync).EndsOnDrain();
        app.Map("/crowd/socket-at-work", WorkAsync);
        app.Map("/crowd/socket-without-token", EchoAsync);
        app.Map("/crowd/socket-that-only-sends", TellAsync);
        app.MapGet("/crowd/asks-whether-it-stops", AskAsync).EndsOnDrain();
        app.MapGet("/crowd/events", (HttpContext context) => WriteAsync(context, "text/event-stream")).EndsOnDrain();
    }

    [EndsOnDrain]
    private static async Task ForeverAsync(HttpContext context)
    {
        Parts.Say("forever");
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private static async Task LinkedAsync(HttpContext context, IHostApplicationLifetime lifetime)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        while (!either.IsCancellationRequested)
        {
            await context.Response.WriteAsync("data: x\n\n", CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
            await Task.Delay(50, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Deals with a message, answers it, and says goodbye once the application stops.</summary>
    private static async Task WorkAsync(HttpContext context, IHostApplicationLifetime lifetime)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var order = await socket.ReceiveAsync(buffer, CancellationToken.None);
            Parts.Say("at work");
            await Parts.UntilGateAsync(context.RequestAborted);
            _ = context.RequestServices.GetServices<IHostedService>(); // Throws once its scope is disposed.
            Parts.Say("saved");
            await socket.SendAsync(buffer.AsMemory(0, order.Count), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "shutting down", CancellationToken.None);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: WebSocketMessageType.Text } received)
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
    }

    private static async Task TellAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        for (; socket.State == WebSocketState.Open; await Task.Delay(50, CancellationToken.None))
            await socket.SendAsync("tick"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
    }

    private static async Task AskAsync(HttpContext context, IHostApplicationLifetime lifetime)
    {
        var ended = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(() =>
        {
            Parts.Say($"stopping: {lifetime.ApplicationStopping.IsCancellationRequested}");
            ended.SetResult();
        });
        Parts.Say("asking");
        await ended.Task;
    }

    private static async Task IgnoreTokenAsync(HttpContext context)
    {
        Parts.Say("ignoring its token");
        while (true)
        {
            await context.Response.WriteAsync("x", CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static void Block()
    {
        Parts.Say("ignoring its token");
        Thread.Sleep(Timeout.Infinite);
    }

    private static async IAsyncEnumerable<string> ThrowingAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            yield return Line;
            await Task.Delay(50, cancellationToken);
        }
    }

    private static async IAsyncEnumerable<string> ReturningAsync(HttpContext context)
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            yield return Line;
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static async Task WriteAsync(HttpContext context, string contentType, long? length = null)
    {
        (context.Response.ContentType, context.Response.ContentLength) = (contentType, length);
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.WriteAsync("data: 12345678\n\n", CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
