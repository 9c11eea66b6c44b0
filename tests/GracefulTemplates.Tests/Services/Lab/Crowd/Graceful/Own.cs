using System.Net.WebSockets;

namespace Graceful.Service_1.Crowd;

/// <summary>What only a generated service can have, since it uses the machinery.</summary>
internal static class Own
{
    public static void Add(IServiceCollection services) { }

    public static void Map(WebApplication app) => app.Map("/echo", EchoAsync);

    /// <summary>The recipe of docs/streams.md.</summary>
    private static async Task EchoAsync(HttpContext context, ShutdownPhases phases)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var draining = Task.Delay(Timeout.Infinite, phases.Draining);
        var buffer = new byte[4096];
        while (true)
        {
            var receiving = socket.ReceiveAsync(buffer, context.RequestAborted);
            await Task.WhenAny(receiving, draining);
            if (draining.IsCompleted && socket.State == WebSocketState.Open) // 1001 "going away": the client connects again, elsewhere.
                await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "shutting down", context.RequestAborted);

            var received = await receiving; // On to the client's own close, which has a second to come.
            if (received.MessageType == WebSocketMessageType.Close) break;
            if (socket.State == WebSocketState.Open)
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }
}
